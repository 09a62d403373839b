// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Reads files of /proc and /sys that may be missing.
struct FileReader<Kernel: KernelInterface> {
  let kernel: Kernel
  /// The most bytes of a small text file.
  private static var textLimit: Int { 64 << 10 }

  init(_ kernel: Kernel) {
    self.kernel = kernel
  }

  /// Whether an error means that the kernel does not provide a file: it is missing, or this process
  /// may not read it.
  private static func isSilence(_ error: Errno) -> Bool {
    error == .noSuchFile || error == .notDirectory || error == .accessDenied
      || error == .notPermitted || error == .noSuchDevice
  }

  /// Reads a required file.
  func bytes(_ path: String, limit: Int) throws(LinuxInterfaceError) -> [UInt8] {
    do throws(Errno) {
      return try kernel.readFile(path, limit: limit)
    } catch {
      throw LinuxInterfaceError(path, .system(error, "read"))
    }
  }

  /// Reads a file; nil when it is missing or may not be read.
  func optionalBytes(_ path: String, limit: Int) throws(LinuxInterfaceError) -> [UInt8]? {
    do throws(Errno) {
      return try kernel.readFile(path, limit: limit)
    } catch {
      if Self.isSilence(error) { return nil }
      throw LinuxInterfaceError(path, .system(error, "read"))
    }
  }

  /// Whether a file exists.
  func exists(_ path: String) throws(LinuxInterfaceError) -> Bool {
    do throws(Errno) {
      _ = try kernel.fileStatus(path)
      return true
    } catch {
      if Self.isSilence(error) { return false }
      throw LinuxInterfaceError(path, .system(error, "looked up"))
    }
  }

  /// Reads a small text without the spaces around it.
  func text(_ path: String) throws(LinuxInterfaceError) -> [UInt8]? {
    try optionalBytes(path, limit: Self.textLimit).map { ProcText.trimmed($0) }
  }

  /// Reads the lines of a small text unchanged.
  func lines(_ path: String) throws(LinuxInterfaceError) -> [UInt8]? {
    try optionalBytes(path, limit: Self.textLimit)
  }

  /// Reads a number from the first of the files that exists.
  func number(_ paths: String...) throws(LinuxInterfaceError) -> UInt64? {
    try number(paths)
  }

  private func number(_ paths: [String]) throws(LinuxInterfaceError) -> UInt64? {
    for path in paths {
      guard let text = try text(path) else { continue }
      guard let number = UInt64(digits: text) else {
        let found = String(decoding: text.prefix(60), as: UTF8.self)
        throw LinuxInterfaceError(path, .value(line: 1, found: found, expected: "a number"))
      }
      return number
    }
    return nil
  }

  /// Reads a number of which 0 means no.
  func flag(_ paths: String...) throws(LinuxInterfaceError) -> Bool? {
    try number(paths).map { $0 != 0 }
  }
}

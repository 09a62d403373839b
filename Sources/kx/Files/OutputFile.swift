// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import LinuxInterface

/// Files that the program writes.
enum OutputFile {
  /// Writes a whole file; `-` is the standard output.
  static func write(_ text: String, to path: String) throws(Stop) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes a whole file; `-` is the standard output.
  static func write(_ bytes: [UInt8], to path: String) throws(Stop) {
    try InputFile.checkUnchanged()
    if path == "-" {
      Terminal.write(1, bytes)
      return
    }
    do throws(Errno) {
      try LinuxKernel().writeFile(path, bytes, mode: .replace, permissions: 0o666)
    } catch {
      throw failure(path, error)
    }
  }

  /// Refuses to overwrite a file that is also read, under any name, before anything is written.
  ///
  /// - Parameters:
  ///   - path: The file to write; nil when there is none.
  ///   - inputs: The files to read; a missing one is reported when it is read.
  /// - Throws: ``Stop`` with both names.
  static func refuse(_ path: String?, among inputs: [String]) throws(Stop) {
    guard let path, let output = identity(path == "-" ? "/dev/stdout" : path) else { return }
    for input in inputs where identity(input == "-" ? "/dev/stdin" : input) == output {
      throw Stop(
        what: "'\(path)' is written, and '\(input)' is the same file and is read",
        hint: "write to another file", code: .validationFailure)
    }
  }

  /// The identity of a file; nil for anything but a regular file, which a write would not destroy.
  private static func identity(_ path: String) -> FileIdentity? {
    guard let status = try? LinuxKernel().fileStatus(path), status.kind == .regular else {
      return nil
    }
    return status.stamp?.identity
  }

  private static func failure(_ path: String, _ error: Errno) -> Stop {
    let reason = unsafe String(cString: strerror(error.rawValue))
    let hint =
      switch error.rawValue {
      case ENOENT, ENOTDIR: "make its folder first, or name a file in one that is there"
      case ENOSPC, EDQUOT: "free room on that disk, or name a file on another"
      case EISDIR: "that is a folder: name a file in it"
      case ELOOP: "its links lead in a circle: name the file itself"
      default: "name a file in a folder where you may write"
      }
    return Stop(
      what: "'\(path)' cannot be written: \(reason)", hint: hint, code: ExitStatus.unwritable)
  }
}

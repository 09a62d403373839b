// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Writes files so that no old content is lost.
///
/// A plain file is replaced by a new one beside it, so that a full disk or a signal does not
/// destroy the old one. Some files cannot be replaced and are written in place: a device, a pipe,
/// the target of a link, a file with several names, or one whose owner cannot be given to the new
/// file.
extension LinuxKernel {
  /// Writes a file; only root can read and write a new one.
  public func writeFile(_ path: String, _ bytes: [UInt8], mode: WriteMode) throws(Errno) {
    try writeFile(path, bytes, mode: mode, permissions: 0o600)
  }

  /// Writes a file.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - bytes: The bytes.
  ///   - mode: Whether they replace the file or are appended.
  ///   - permissions: Those of a new file, less the process's umask.
  /// - Throws: The error number.
  public func writeFile(
    _ path: String, _ bytes: [UInt8], mode: WriteMode, permissions: UInt32
  ) throws(Errno) {
    if mode == .append {
      let file = unsafe clinux_open_to_append(path, permissions)
      try Self.check(file)
      return try Self.fill(file, bytes)
    }
    var old = clinux_file()
    let result = unsafe clinux_status(path, 0, &old)
    if Errno(0 &- result) == .noSuchFile {
      return try Self.replace(path, nil, bytes, permissions)
    }
    try Self.check(result)
    let isLink = Self.kind(old.kind) == .symbolicLink
    if isLink, unsafe clinux_status(path, 1, &old) < 0 {
      // The target of the link is created; a failure to do so is thrown.
      old = clinux_file()
    } else if let stream = Self.stream(of: old) {
      return try Self.send(stream.rawValue, bytes)
    }
    switch Self.kind(old.kind) {
    case .directory: throw .isDirectory
    case .regular where !isLink && old.links == 1:
      do throws(Errno) {
        return try Self.replace(path, old, bytes, permissions)
      } catch .accessDenied, .notPermitted {
        // The folder accepts no new file, or the owner is another. The file itself may be writable.
      } catch {
        throw error
      }
    default: break
    }
    let file = unsafe clinux_open_to_overwrite(path, permissions)
    try Self.check(file)
    try Self.overwrite(file, bytes, isRegular: Self.kind(old.kind) == .regular)
  }

  /// The stream of this program that a file is. A second handle would overwrite the stream's
  /// output.
  private static func stream(of file: clinux_file) -> OutputStream? {
    for stream in [OutputStream.standardOutput, .standardError] {
      var told = clinux_file()
      if unsafe clinux_status_of_open(stream.rawValue, &told) == 0,
        FileIdentity(told) == FileIdentity(file)
      {
        return stream
      }
    }
    return nil
  }

  /// Puts a new file in the place of an old one.
  private static func replace(
    _ path: String, _ old: clinux_file?, _ bytes: [UInt8], _ permissions: UInt32
  ) throws(Errno) {
    clinux_hold_signals()
    defer { clinux_let_signals_go() }
    var made = [CChar](repeating: 0, count: Int(CLINUX_PATH_BYTES))
    // Only after the owner is set may others read it.
    let file = unsafe clinux_create_beside(path, old == nil ? permissions : 0o600, &made)
    try check(file)
    do throws(Errno) {
      if var old {
        let result = unsafe clinux_resemble(file, &old)
        if result < 0 { clinux_close(file) }
        try check(result)
      }
      try fill(file, bytes)
      try check(unsafe clinux_rename(made, path))
    } catch {
      _ = unsafe clinux_remove(made)
      throw error
    }
  }

  /// Overwrites a file in place. Room is allocated first: a full disk leaves the file unchanged.
  private static func overwrite(
    _ file: Int32, _ bytes: [UInt8], isRegular: Bool
  ) throws(Errno) {
    guard isRegular else { return try fill(file, bytes) }
    let result = clinux_reserve(file, UInt64(bytes.count))
    if result < 0 { clinux_close(file) }
    try check(result)
    try fill(file, bytes, endsThere: true)
  }

  /// Writes all bytes, flushes them to the disk, and closes the file.
  private static func fill(
    _ file: Int32, _ bytes: [UInt8], endsThere: Bool = false
  ) throws(Errno) {
    defer { clinux_close(file) }
    try send(file, bytes)
    if endsThere { try check(clinux_set_size(file, UInt64(bytes.count))) }
    try check(clinux_flush(file))
  }

  /// The most bytes that are written between two checks for a signal.
  private static let partBytes = 4 << 20

  private static func send(_ file: Int32, _ bytes: [UInt8]) throws(Errno) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard clinux_signal_came() == 0 else { throw .interrupted }
      let count = min(rest.count, partBytes)
      let written = unsafe rest.withUnsafeBufferPointer { part in
        unsafe clinux_write(file, part.baseAddress, count)
      }
      guard try check(written) > 0 else { throw .inputOutput }
      rest = rest.dropFirst(written)
    }
  }

  /// Writes to a stream of this program.
  public func write(_ bytes: [UInt8], to stream: OutputStream) throws(Errno) {
    try Self.send(stream.rawValue, bytes)
  }
}

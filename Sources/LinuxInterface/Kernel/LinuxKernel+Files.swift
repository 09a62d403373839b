// SPDX-License-Identifier: Apache-2.0
import CLinux

extension LinuxKernel {
  /// How many bytes are read at once.
  private static let chunk = 64 << 10

  /// Reads a whole file.
  public func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
    let file = unsafe clinux_open_to_read(path)
    try Self.check(file)
    defer { clinux_close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: Self.chunk)
    while true {
      let count = try Self.check(unsafe clinux_read(file, &piece, piece.count))
      if count == 0 { return bytes }
      guard count <= limit - bytes.count else { throw .fileTooLarge }
      bytes.append(contentsOf: piece[..<count])
    }
  }

  /// Maps a file, or reads what cannot be mapped.
  public func mapFile(_ path: String, limit: Int) throws(Errno) -> FileContents {
    let file = unsafe clinux_open_to_read(path)
    try Self.check(file)
    defer { clinux_close(file) }
    var kind: Int32 = 0
    var size: UInt64 = 0
    try Self.check(unsafe clinux_status_of_open(file, &kind, &size))
    guard Self.kind(kind) != .directory else { throw .isDirectory }
    if Self.kind(kind) == .regular, size > 0 {
      guard let count = Int(exactly: size), count <= limit else { throw .fileTooLarge }
      var start: UnsafePointer<UInt8>?
      if unsafe clinux_map(file, count, &start) == 0, let start = unsafe start {
        return unsafe FileContents(unsafeMapped: start, count: count)
      }
    }
    return try Self.read(file, limit: limit)
  }

  /// Reads an open file into memory that is never moved to an array.
  private static func read(_ file: Int32, limit: Int) throws(Errno) -> FileContents {
    var room = chunk
    var count = 0
    guard var start = unsafe clinux_resize(nil, room) else { throw .noMemory }
    while true {
      if count == room {
        let (more, overflow) = room.multipliedReportingOverflow(by: 2)
        guard !overflow, let moved = unsafe clinux_resize(start, more) else {
          unsafe clinux_free(start)
          throw .noMemory
        }
        unsafe start = moved
        room = more
      }
      let result = unsafe clinux_read(file, start + count, room - count)
      if result <= 0 || result > limit - count {
        if result == 0 { return unsafe FileContents(unsafeAllocated: start, count: count) }
        unsafe clinux_free(start)
        _ = try check(result)
        throw .fileTooLarge
      }
      count += result
    }
  }

  /// Lists a directory.
  public func listDirectory(_ path: String, limit: Int) throws(Errno) -> [DirectoryEntry] {
    var directory: UnsafeMutableRawPointer?
    try Self.check(unsafe clinux_open_directory(path, &directory))
    guard let directory = unsafe directory else { throw .notDirectory }
    defer { unsafe clinux_close_directory(directory) }
    var entries: [DirectoryEntry] = []
    while true {
      var name = [CChar](repeating: 0, count: 256)
      var kind: Int32 = 0
      let result = unsafe clinux_next_entry(directory, &name, &kind)
      try Self.check(result)
      if result == 0 { break }
      guard entries.count < limit else { throw .fileTooLarge }
      entries.append(DirectoryEntry(name: Self.text(name), kind: Self.kind(kind)))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Tells of a file.
  public func fileStatus(_ path: String) throws(Errno) -> FileStatus {
    try Self.status(path, follow: true)
  }

  private static func status(_ path: String, follow: Bool) throws(Errno) -> FileStatus {
    var kind: Int32 = 0
    var size: UInt64 = 0
    try check(unsafe clinux_status(path, follow ? 1 : 0, &kind, &size))
    return FileStatus(kind: Self.kind(kind), byteCount: size)
  }

  /// Writes a file.
  public func writeFile(_ path: String, _ bytes: [UInt8], mode: WriteMode) throws(Errno) {
    if mode == .append {
      let file = unsafe clinux_open_to_append(path, 0o600)
      try Self.check(file)
      return try Self.fill(file, bytes)
    }
    // Renaming over /dev/stdout or a link would take away what others rely on.
    let old = try? Self.status(path, follow: false)
    if let old, old.kind != .regular {
      let file = unsafe clinux_open_to_overwrite(path, 0o600)
      try Self.check(file)
      return try Self.fill(file, bytes)
    }
    let new = path + ".new"
    _ = unsafe clinux_remove(new)
    let file = unsafe clinux_create_new(new, 0o600)
    try Self.check(file)
    do throws(Errno) {
      try Self.fill(file, bytes)
      try Self.check(unsafe clinux_rename(new, path))
    } catch {
      _ = unsafe clinux_remove(new)
      throw error
    }
  }

  /// Writes all bytes, has them brought to the disk, and closes the file.
  private static func fill(_ file: Int32, _ bytes: [UInt8]) throws(Errno) {
    defer { clinux_close(file) }
    try send(file, bytes)
    try check(clinux_flush(file))
  }

  private static func send(_ file: Int32, _ bytes: [UInt8]) throws(Errno) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.count
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

// SPDX-License-Identifier: Apache-2.0
import CLinux

extension LinuxKernel {
  /// The room for what does not tell its size.
  private static let chunk = 64 << 10

  /// Reads a whole file.
  public func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
    let file = unsafe clinux_open_to_read(path)
    try Self.check(file)
    defer { clinux_close(file) }
    // Files of /proc tell no size. One byte more than the size shows the end.
    var told = clinux_file()
    try Self.check(unsafe clinux_status_of_open(file, &told))
    var room = min(max(Int(clamping: told.bytes), 4095), limit)
    var bytes: [UInt8] = []
    while true {
      if room < .max { room += 1 }
      let result = Self.extend(&bytes, to: room, from: file)
      if try Self.check(result) == 0 { return bytes }
      guard bytes.count <= limit else { throw .fileTooLarge }
      // Four times the room each time, up to what may be.
      room = room > limit / 4 ? limit : room * 4
    }
  }

  /// Reads until so many bytes are there or none come. Nothing is copied but what was there before.
  ///
  /// - Returns: What the last call gave: 0 at the end of the file.
  private static func extend(_ bytes: inout [UInt8], to room: Int, from file: Int32) -> Int {
    var result = 0
    let old = bytes
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      unsafe old.withUnsafeBytes { old in
        if let from = old.baseAddress {
          unsafe UnsafeMutableRawPointer(start).copyMemory(from: from, byteCount: old.count)
        }
      }
      count = old.count
      repeat {
        result = unsafe clinux_read(file, start + count, room - count)
        if result > 0 { count += result }
      } while result > 0 && count < room
    }
    return result
  }

  /// Maps a file, or reads what cannot be mapped.
  public func mapFile(_ path: String, limit: Int) throws(Errno) -> FileContents {
    let file = unsafe clinux_open_to_read(path)
    try Self.check(file)
    defer { clinux_close(file) }
    var told = clinux_file()
    try Self.check(unsafe clinux_status_of_open(file, &told))
    guard Self.kind(told.kind) != .directory else { throw .isDirectory }
    if Self.kind(told.kind) == .regular, told.bytes > 0 {
      guard let count = Int(exactly: told.bytes), count <= limit else { throw .fileTooLarge }
      var start: UnsafePointer<UInt8>?
      let result = unsafe clinux_map(file, count, &start)
      if result == 0, let start = unsafe start {
        return unsafe FileContents(unsafeMapped: start, count: count, stamp: FileStamp(told))
      }
      // What has no place in the address space as a mapping has none as a copy.
      if result < 0, Errno(0 &- result) == .noMemory { throw .noMemory }
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
    var told = clinux_file()
    try check(unsafe clinux_status(path, follow ? 1 : 0, &told))
    return FileStatus(kind: Self.kind(told.kind), byteCount: told.bytes, stamp: FileStamp(told))
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

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import CLinux

extension LinuxKernel {
  /// The buffer for files without a known size.
  private static let chunk = 64 << 10

  /// Reads a whole file.
  public func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
    let file = unsafe clinux_open_to_read(path)
    try Self.check(file)
    defer { clinux_close(file) }
    // Files of /proc report no size. One byte more than the size shows the end.
    var told = clinux_file()
    try Self.check(unsafe clinux_status_of_open(file, &told))
    var room = min(max(Int(clamping: told.bytes), 4095), limit)
    var bytes: [UInt8] = []
    while true {
      if room < .max { room += 1 }
      let result = Self.extend(&bytes, to: room, from: file)
      if try Self.check(result) == 0 { return bytes }
      guard bytes.count <= limit else { throw .fileTooLarge }
      // Each time the buffer grows fourfold, up to the limit.
      room = room > limit / 4 ? limit : room * 4
    }
  }

  /// Reads until the buffer holds `room` bytes or the file ends. Only the earlier bytes are copied.
  ///
  /// - Returns: The result of the last call: 0 at the end of the file.
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

  /// The most bytes that are read from a pipe: its writer may never stop.
  private static let pipeLimit = 256 << 20

  /// Maps a file, or reads one that cannot be mapped.
  public func mapFile(_ path: String, limit: Int) throws(Errno) -> FileContents {
    var told = clinux_file()
    // Opening a device can have side effects, and many devices have no end.
    try Self.check(unsafe clinux_status(path, 1, &told))
    guard Self.kind(told.kind) != .device else { throw .notSupported }
    let file = unsafe clinux_open_to_read(path)
    try Self.check(file)
    defer { clinux_close(file) }
    try Self.check(unsafe clinux_status_of_open(file, &told))
    guard Self.kind(told.kind) != .directory else { throw .isDirectory }
    if Self.kind(told.kind) == .regular, told.bytes > 0 {
      guard let count = Int(exactly: told.bytes), count <= limit else { throw .fileTooLarge }
      var start: UnsafePointer<UInt8>?
      let result = unsafe clinux_map(file, count, path, &told, &start)
      if result == 0, let start = unsafe start {
        return unsafe FileContents(unsafeMapped: start, count: count, stamp: FileStamp(told))
      }
      // If the address space has no room for a mapping, it has none for a copy.
      if result < 0, Errno(0 &- result) == .noMemory { throw .noMemory }
    }
    return try Self.read(file, limit: min(limit, Self.pipeLimit))
  }

  /// The mapped file that was written to meanwhile.
  public func changedFile() -> String? {
    guard let path = unsafe clinux_changed_file() else { return nil }
    return unsafe String(cString: path)
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
    return entries.inOrder { $0.name.isBefore($1.name) }
  }

  /// Looks up a file.
  public func fileStatus(_ path: String) throws(Errno) -> FileStatus {
    var told = clinux_file()
    try Self.check(unsafe clinux_status(path, 1, &told))
    return FileStatus(kind: Self.kind(told.kind), byteCount: told.bytes, stamp: FileStamp(told))
  }

}

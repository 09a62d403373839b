// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A plain `newc` cpio archive of a few small files; `cpio -t` lists it, `cpio -id` unpacks it.
///
/// Source: Linux 6.1, Documentation/driver-api/early-userspace/buffer-format.rst.
struct SnapshotArchive {
  /// The regular files in order: name and bytes.
  var files: [(name: String, bytes: [UInt8])] = []

  /// The most entries that are read.
  private static let limit = 64
  /// The most bytes that are read: more than the limits of all files together.
  private static let byteLimit = 64 << 20
  private static let headerBytes = 110
  private static let trailer = "TRAILER!!!"

  init() {}

  /// The archive as bytes, the same for the same files.
  var bytes: [UInt8] {
    var archive: [UInt8] = []
    var number: UInt64 = 1
    for file in files {
      Self.append(file.name, file.bytes, number: number, mode: 0o100600, to: &archive)
      number += 1
    }
    Self.append(Self.trailer, [], number: 0, mode: 0, to: &archive)
    return archive
  }

  private static func append(
    _ name: String, _ bytes: [UInt8], number: UInt64, mode: UInt64, to archive: inout [UInt8]
  ) {
    let nameBytes = Array(name.utf8) + [0]
    archive += Array("070701".utf8)
    let fields: [UInt64] = [
      number, mode, 0, 0, 1, 0, UInt64(bytes.count), 0, 0, 0, 0, UInt64(nameBytes.count), 0,
    ]
    for field in fields { archive += Array(hexadecimal(field, digits: 8, prefix: "").utf8) }
    archive += nameBytes
    while archive.count % 4 != 0 { archive.append(0) }
    archive += bytes
    while archive.count % 4 != 0 { archive.append(0) }
  }

  /// Whether bytes begin like such an archive.
  static func isArchive(_ bytes: Span<UInt8>) -> Bool {
    let reader = ByteReader(bytes)
    return reader.matches(Array("070701".utf8), at: 0)
      || reader.matches(Array("070702".utf8), at: 0)
  }

  /// Reads an archive; bytes behind its end are ignored, and directories are skipped.
  ///
  /// - Parameters:
  ///   - bytes: The archive.
  ///   - subject: The name of the archive, for errors.
  /// - Throws: ``LinuxInterfaceError`` with the offset.
  init(_ bytes: Span<UInt8>, subject: String) throws(LinuxInterfaceError) {
    let reader = ByteReader(bytes)
    guard bytes.count <= Self.byteLimit else {
      throw LinuxInterfaceError(subject, .tooMany("bytes", limit: Self.byteLimit))
    }
    var offset = 0
    var entries = 0
    while true {
      func wrong(_ what: String) -> LinuxInterfaceError {
        LinuxInterfaceError(subject, .archive(offset: offset, what))
      }
      guard let header = reader.slice(offset, Self.headerBytes) else {
        throw wrong("the archive ends before its last entry")
      }
      guard Self.isArchive(header) else { throw wrong("an entry does not begin with 070701") }
      entries += 1
      guard entries <= Self.limit else {
        throw LinuxInterfaceError(subject, .tooMany("entries", limit: Self.limit))
      }
      guard let mode = Self.field(1, reader, offset), let size = Self.field(6, reader, offset),
        let nameSize = Self.field(11, reader, offset)
      else { throw wrong("a field is not a hexadecimal number") }
      let nameOffset = offset + Self.headerBytes
      guard nameSize >= 1, nameSize <= 4096, reader.holds(nameOffset, nameSize),
        let name = reader.text(at: nameOffset, length: nameSize)
      else { throw wrong("the name of an entry is too long or cut off") }
      if name == Self.trailer { return }
      let dataOffset = (nameOffset + nameSize + 3) & ~3
      guard let data = reader.copy(dataOffset, size) else {
        throw wrong("the archive ends within '" + name.first(60) + "'")
      }
      if mode & 0o170000 == 0o100000 { files.append((Self.plain(name), data)) }
      // The content ended within the bytes; the next header shows whether the padding does.
      offset = (dataOffset + size + 3) & ~3
    }
  }

  private static func field(_ number: Int, _ reader: borrowing ByteReader, _ offset: Int) -> Int? {
    guard let digits = reader.copy(offset + 6 + 8 * number, 8) else { return nil }
    return ProcText.hexadecimal(digits).flatMap { Int(exactly: $0) }
  }

  /// The name without `./` in front, which `find .` puts there.
  private static func plain(_ name: String) -> String {
    name.begins(with: "./") ? name.without(first: 2) : name
  }
}

// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// The header of an lzop file; all words are big-endian.
///
/// Source: Linux 6.1 lib/decompress_unlzo.c (layout); lzop 1.04 src/lzop.h (flags, methods).
struct LZOPHeader {
  /// The checksums before the blocks, and other features of the file.
  struct Flags: OptionSet {
    let rawValue: UInt32

    static let adlerOfOutput = Flags(rawValue: 0x0001)
    static let adlerOfInput = Flags(rawValue: 0x0002)
    static let extraField = Flags(rawValue: 0x0040)
    static let crcOfOutput = Flags(rawValue: 0x0100)
    static let crcOfInput = Flags(rawValue: 0x0200)
    static let multipart = Flags(rawValue: 0x0400)
    static let filter = Flags(rawValue: 0x0800)
    static let crcOfHeader = Flags(rawValue: 0x1000)
    /// Bits without a meaning in lzop 1.04: not flags, system or character set.
    static let unknown = Flags(rawValue: 0x000f_c000)
  }

  let flags: Flags
  /// The bytes of the header, magic and checksum included.
  let length: Int

  /// Reads and verifies a header; `outflow` makes the errors.
  init(_ reader: ByteReader, _ outflow: borrowing Outflow) throws(InflationError) {
    let truncated = InflationError.truncated(outflow.position(reader.count))
    let first = Compression.lzo.magic.count
    guard let version = reader.bigEndian16(at: first) else { throw truncated }
    guard version >= 0x0900 else {
      throw .unsupported(outflow.position(first), "an lzop file older than version 0.9")
    }
    // Version 0.94 added the version needed, the level and the upper half of the time.
    let isRecent = version >= 0x0940
    var offset = first + 4
    if isRecent {
      guard let needed = reader.bigEndian16(at: offset) else { throw truncated }
      guard needed >= 0x0900, needed <= 0x1040 else {
        throw .unsupported(outflow.position(offset), "an lzop file for another version of lzop")
      }
      offset += 2
    }
    let methodOffset = offset
    guard let method = reader.byte(at: offset) else { throw truncated }
    offset += isRecent ? 2 : 1
    guard let word = reader.bigEndian32(at: offset) else { throw truncated }
    let flags = Flags(rawValue: word)
    let flagsOffset = offset
    offset += 4
    if flags.contains(.filter) { offset += 4 }
    offset += isRecent ? 12 : 8
    guard let nameLength = reader.byte(at: offset) else { throw truncated }
    offset += 1 + Int(nameLength)
    guard let checksum = reader.bigEndian32(at: offset),
      let covered = reader.slice(first, offset - first)
    else { throw truncated }
    let actual =
      flags.contains(.crcOfHeader) ? CRC32.checksum(covered) : Adler32.checksum(covered)
    guard actual == checksum else {
      throw .corrupt(outflow.position(offset), "the checksum of the lzop header does not match")
    }

    guard (1...3).contains(method) else {
      throw .unsupported(outflow.position(methodOffset), "lzop method \(method)")
    }
    guard flags.isDisjoint(with: [.multipart, .filter, .extraField, .unknown]) else {
      throw .unsupported(
        outflow.position(flagsOffset), "an lzop file of several parts or with a filter")
    }
    self.flags = flags
    self.length = offset + 4
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The checked header of a flattened tree: the places of its blocks.
///
/// Source: Devicetree Specification v0.4, section 5.2; older versions: Linux 6.1,
/// scripts/dtc/libfdt/fdt.h and fdt.c.
struct FlattenedHeader {
  static let magic: UInt32 = 0xd00d_feed
  static let byteCount = 40
  static let version: UInt32 = 17
  static let lastCompatibleVersion: UInt32 = 16

  let version: UInt32
  let bootCPU: UInt32
  /// The bytes of the file that belong to the tree.
  let totalSize: Int
  let reservationsOffset: Int
  let structure: Range<Int>
  let strings: Range<Int>

  init(_ reader: ByteReader) throws(DeviceTreeError) {
    func word(_ offset: Int) throws(DeviceTreeError) -> UInt32 {
      guard let word = reader.bigEndian32(at: offset) else {
        throw DeviceTreeError(
          .header, at: offset,
          .truncated(needed: UInt64(offset) + 4, available: UInt64(reader.count)))
      }
      return word
    }
    let magic = try word(0)
    guard magic == Self.magic else { throw DeviceTreeError(.header, at: 0, .wrongMagic(magic)) }
    let version = try word(20)
    let last = try word(24)
    guard version >= 2, last <= Self.version, last <= version else {
      throw DeviceTreeError(.header, at: 20, .unsupportedVersion(version, lastCompatible: last))
    }
    self.version = version
    bootCPU = try word(28)
    // The header grew: strings size in version 3, structure size in version 17.
    let headerSize = UInt64(version >= 17 ? 40 : version >= 3 ? 36 : 32)
    let total = UInt64(try word(4))
    guard total >= headerSize, total <= UInt64(reader.count) else {
      throw DeviceTreeError(
        .header, at: 4,
        .truncated(needed: max(total, headerSize), available: UInt64(reader.count)))
    }
    func block(_ field: Int, _ size: UInt64?) throws(DeviceTreeError) -> Range<Int> {
      let start = UInt64(try word(field))
      let end = size.map { start + $0 } ?? total
      guard start >= headerSize, start <= end, end <= total else {
        throw DeviceTreeError(
          .header, at: field, .truncated(needed: max(start, end), available: total))
      }
      return Int(start)..<Int(end)
    }
    structure = try block(8, version >= 17 ? UInt64(try word(36)) : nil)
    strings = try block(12, version >= 3 ? UInt64(try word(32)) : nil)
    reservationsOffset = try block(16, nil).lowerBound
    guard structure.lowerBound % 4 == 0 else {
      throw DeviceTreeError(.header, at: 8, .misaligned(UInt64(structure.lowerBound), to: 4))
    }
    totalSize = Int(total)
  }
}

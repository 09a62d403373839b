// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The header of a flattened device tree.
///
/// Source: Devicetree Specification v0.4, 5.2.
struct FlattenedTreeHeader: Hashable {
  /// The size of the whole tree.
  let byteCount: Int
  let structOffset: Int
  let stringsOffset: Int
  let version: UInt32

  static let magic: [UInt8] = [0xd0, 0x0d, 0xfe, 0xed]

  /// Reads the header at an offset; nil when there is none or the tree does not fit.
  init?(_ bytes: Span<UInt8>, at offset: Int) {
    let reader = ByteReader(bytes)
    guard offset >= 0, offset <= bytes.count, reader.matches(Self.magic, at: offset),
      let total = reader.bigEndian32(at: offset + 4),
      let structure = reader.bigEndian32(at: offset + 8),
      let strings = reader.bigEndian32(at: offset + 12),
      let version = reader.bigEndian32(at: offset + 20), total >= 40, structure <= total,
      strings <= total, let range = SafeRange(UInt64(offset), UInt64(total), within: bytes.count)
    else { return nil }
    byteCount = range.count
    structOffset = Int(structure)
    stringsOffset = Int(strings)
    self.version = version
  }
}

extension Identification {
  /// Notes that the file is a device tree.
  mutating func noteDeviceTree(_ layer: Layer) throws(KernelImageError) {
    guard let tree = FlattenedTreeHeader(layer.bytes, at: 0) else {
      let total = layer.reader.bigEndian32(at: 4) ?? 40
      if UInt64(total) > layer.byteCount || layer.bytes.count < 40 {
        throw .truncated(
          what: "the device tree", needed: max(40, UInt64(total)), present: layer.byteCount)
      }
      throw .invalid(
        what: "device tree", field: "the header", offset: 4, value: UInt64(total))
    }
    image.layers.append(
      ImageLayer(
        kind: .deviceTree, offset: layer.offset, byteCount: UInt64(tree.byteCount),
        facts: [ImageFact("version", "\(tree.version)")]))
    let end = takeTrees(inRow: layer, from: 0, origin: "the file")
    reportTrailing(layer, from: end, "the device tree")
  }
}

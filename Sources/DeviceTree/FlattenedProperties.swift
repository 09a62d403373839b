// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The properties of one node in place, in a file that was read and checked. Most of a tree is
/// never looked up, and is copied to the next file unchanged.
struct FlattenedProperties: Sendable {
  /// The size of a token, the length and the offset of the name.
  static let headCount = 12

  let blocks: FlattenedBlocks
  /// Their place in the structure block.
  let range: Range<Int>
  /// Whether their `device_type` is `memory`; all nodes are searched for this.
  let isMemory: Bool

  /// Whether these are the same properties of the same file.
  func isSame(as other: Self) -> Bool { blocks === other.blocks && range == other.range }

  /// All of them, copied.
  var all: [Property] {
    var result: [Property] = []
    var place = range.lowerBound
    while place < range.upperBound, let property = property(at: place) {
      result.append(property)
      place = next(place, property.value.count)
    }
    return result
  }

  /// Finds the first property of a name.
  func first(_ name: StaticString) -> Property? {
    place(of: name).flatMap { property(at: $0.offset) }
  }

  /// Finds the first property of a name: the number of properties in front of it, and its offset.
  func place(of name: StaticString) -> (index: Int, offset: Int)? {
    name.withUTF8Buffer { unsafe place(of: $0.span) }
  }

  /// Finds the first property of a name.
  func place(of name: Span<UInt8>) -> (index: Int, offset: Int)? {
    let bytes = blocks.structure
    let structure = ByteReader(bytes.span)
    var place = range.lowerBound
    var index = 0
    while place < range.upperBound, let length = structure.bigEndian32(at: place + 4),
      let start = structure.bigEndian32(at: place + 8)
    {
      if blocks.holds(name, at: Int(start)) { return (index, place) }
      place = next(place, Int(length))
      index += 1
    }
    return nil
  }

  /// The value of the property at an offset; nil when it is not one cell.
  func cell(at place: Int) -> UInt32? {
    let bytes = blocks.structure
    let structure = ByteReader(bytes.span)
    guard structure.bigEndian32(at: place + 4) == 4 else { return nil }
    return structure.bigEndian32(at: place + Self.headCount)
  }

  /// Copies the property at an offset.
  func property(at place: Int) -> Property? {
    let bytes = blocks.structure
    let structure = ByteReader(bytes.span)
    guard let length = structure.bigEndian32(at: place + 4),
      let start = structure.bigEndian32(at: place + 8).map({ Int($0) }),
      let value = structure.copy(place + Self.headCount, Int(length)),
      let name = blocks.name(at: start)
    else { return nil }
    return Property(name, value)
  }

  /// The offset of the property behind another.
  private func next(_ place: Int, _ length: Int) -> Int {
    place + Self.headCount + FlattenedWriter.padded(length)
  }
}

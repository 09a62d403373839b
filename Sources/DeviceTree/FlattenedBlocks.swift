// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The structure and strings blocks of a tree that was read; its nodes share them.
final class FlattenedBlocks: Sendable {
  /// The structure block.
  let structure: [UInt8]
  /// The names of the properties, each with its zero byte.
  let strings: [UInt8]

  /// Copies the blocks of a file.
  init(_ reader: ByteReader, _ header: FlattenedHeader) {
    structure = reader.copy(header.structure.lowerBound, header.structure.count) ?? []
    strings = reader.copy(header.strings.lowerBound, header.strings.count) ?? []
  }

  /// Copies a name.
  func name(at start: Int) -> [UInt8]? {
    let strings = strings
    return ByteReader(strings.span).copy(start, end(ofName: start) - start)
  }

  /// The end of a name: the offset of its zero byte.
  func end(ofName start: Int) -> Int {
    let strings = strings
    let bytes = strings.span
    var end = max(start, 0)
    while end < bytes.count, unsafe bytes[unchecked: end] != 0 { end &+= 1 }
    return end
  }

  /// Whether a name stands at an offset.
  func holds(_ name: StaticString, at start: Int) -> Bool {
    name.withUTF8Buffer { unsafe holds($0.span, at: start) }
  }

  /// Whether a name stands at an offset.
  func holds(_ name: Span<UInt8>, at start: Int) -> Bool {
    let strings = strings
    guard start < strings.count, strings.count - start > name.count else { return false }
    var place = 0
    while place < name.count {
      if strings[start + place] != name[place] { return false }
      place += 1
    }
    return strings[start + place] == 0
  }
}

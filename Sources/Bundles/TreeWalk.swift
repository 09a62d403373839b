// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Walks a flattened device tree, token by token, without memory of its own.
///
/// Every turn advances by four bytes or more, and nothing beyond the total size is read.
///
/// Source: Devicetree Specification v0.4, section 5.
struct TreeWalk: ~Escapable, Copyable {
  /// A token of the structure block.
  enum Token {
    /// The start of a node; the offset of its name, and the name's length without the zero byte.
    case begin(name: Int, count: Int)
    /// A property; the offsets of its name and its value, and the value's length.
    case property(name: Int, value: Int, count: Int)
    /// The end of a node.
    case end
    /// The end of the tree.
    case over
  }

  let reader: ByteReader
  /// The bytes that belong to the tree.
  let totalSize: Int
  let reservations: Int
  let strings: Int
  let stringsCount: Int
  private let structureEnd: Int
  private var next: Int
  /// The nodes that are open; 1 in the root.
  private(set) var depth = 0

  static let magic: UInt32 = 0xd00d_feed
  static let beginToken: UInt32 = 1
  static let endToken: UInt32 = 2
  static let propertyToken: UInt32 = 3
  static let nopToken: UInt32 = 4
  static let overToken: UInt32 = 9
  private static let depthLimit = 64

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) throws(TreeMergeError) {
    let all = ByteReader(bytes)
    guard all.bigEndian32(at: 0) == Self.magic else { throw .noTree }
    guard let total = all.bigEndian32(at: 4).flatMap({ Int(exactly: $0) }), total >= 40,
      let own = all.slice(0, total), let version = all.bigEndian32(at: 20), version >= 17,
      let last = all.bigEndian32(at: 24), last <= 17
    else { throw .damaged(offset: 4) }
    let reader = ByteReader(own)
    func block(_ offset: Int, _ size: Int?) throws(TreeMergeError) -> (Int, Int) {
      let start = Int(clamping: reader.bigEndian32(at: offset) ?? 0)
      let count = size.map { Int(clamping: reader.bigEndian32(at: $0) ?? 0) } ?? 0
      guard start >= 40, reader.holds(start, count) else { throw .damaged(offset: offset) }
      return (start, count)
    }
    let structure = try block(8, 36)
    (strings, stringsCount) = try block(12, 32)
    reservations = try block(16, nil).0
    guard structure.0 & 3 == 0 else { throw .damaged(offset: 8) }
    self.reader = reader
    totalSize = total
    next = structure.0
    structureEnd = structure.0 + structure.1
  }

  /// Reads the next token; NOPs are skipped.
  mutating func step() throws(TreeMergeError) -> Token {
    while true {
      let at = next
      guard structureEnd - at >= 4, let token = reader.bigEndian32(at: at) else {
        throw .damaged(offset: at)
      }
      next = at + 4
      switch token {
      case Self.nopToken: continue
      case Self.beginToken:
        guard depth < Self.depthLimit else { throw .damaged(offset: at) }
        var end = next
        while end < structureEnd, reader.byte(at: end) != 0 { end += 1 }
        guard end < structureEnd else { throw .damaged(offset: at) }
        let name = next
        next = (end + 4) & ~3
        depth += 1
        return .begin(name: name, count: end - name)
      case Self.endToken:
        guard depth > 0 else { throw .damaged(offset: at) }
        depth -= 1
        return .end
      case Self.propertyToken:
        guard depth > 0, let count = reader.bigEndian32(at: at + 4),
          let length = Int(exactly: count), let name = reader.bigEndian32(at: at + 8),
          let nameOffset = Int(exactly: name), nameOffset < stringsCount,
          length <= structureEnd - at, structureEnd - (at + 12) >= length
        else { throw .damaged(offset: at) }
        next = (at + 12 + length + 3) & ~3
        return .property(name: strings + nameOffset, value: at + 12, count: length)
      case Self.overToken:
        guard depth == 0 else { throw .damaged(offset: at) }
        return .over
      default: throw .damaged(offset: at)
      }
    }
  }

  /// Whether a text and a zero byte stand at an offset.
  func holds(_ text: StaticString, at offset: Int) -> Bool {
    reader.byte(at: offset + text.utf8CodeUnitCount) == 0 && begins(text, at: offset)
  }

  /// Whether a node's name equals a text, with or without a unit address.
  func isNamed(_ text: StaticString, _ name: Int, _ count: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count >= length, begins(text, at: name) else { return false }
    return count == length || reader.byte(at: name + length) == UInt8(ascii: "@")
  }

  private func begins(_ text: StaticString, at offset: Int) -> Bool {
    for index in 0..<text.utf8CodeUnitCount {
      guard let byte = reader.byte(at: offset + index),
        unsafe byte == text.utf8Start[index]
      else { return false }
    }
    return true
  }
}

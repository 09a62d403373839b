// SPDX-License-Identifier: Apache-2.0

/// The strings block while it is written: each name once, and none that ends another's.
///
/// A name is placed where dtc places it: at the lowest offset at which it already stands up to its
/// zero byte, else at the end.
struct StringsBlock {
  /// Ends of names are indexed up to this size of the block, so that a hostile tree cannot make
  /// the index large; beyond it only whole names are shared.
  private static let indexedSize = 1 << 20

  private(set) var bytes: [UInt8] = []
  private var offsets: [String: UInt32] = [:]
  /// The lowest offset of each ending, by its hash.
  private var endings: [UInt64: Int] = [:]

  /// The bytes of a name up to its first zero byte.
  static func bytes(of name: String) -> [UInt8] {
    // Looking for it in the array is cheaper than in the text.
    let bytes = Array(name.utf8)
    guard let zero = bytes.firstIndex(of: 0) else { return bytes }
    return Array(bytes[..<zero])
  }

  /// Finds or appends a name.
  mutating func offset(of name: String) -> UInt32 {
    if let offset = offsets[name] { return offset }
    let text = Self.bytes(of: name)
    let offset = find(text) ?? append(text)
    offsets[name] = UInt32(truncatingIfNeeded: offset)
    return UInt32(truncatingIfNeeded: offset)
  }

  private func find(_ text: [UInt8]) -> Int? {
    var hash = Self.start
    for byte in text.reversed() { hash = Self.extend(hash, by: byte) }
    guard let offset = endings[hash], offset + text.count < bytes.count,
      bytes[offset + text.count] == 0,
      bytes[offset..<(offset + text.count)].elementsEqual(text)
    else { return nil }
    return offset
  }

  private mutating func append(_ text: [UInt8]) -> Int {
    let offset = bytes.count
    bytes += text
    bytes.append(0)
    guard bytes.count <= Self.indexedSize else { return offset }
    var hash = Self.start
    for index in text.indices.reversed() {
      hash = Self.extend(hash, by: text[index])
      if endings[hash] == nil { endings[hash] = offset + index }
    }
    return offset
  }

  /// The hash runs from the last byte to the first, so that one pass gives those of all endings.
  private static let start: UInt64 = 0xcbf2_9ce4_8422_2325

  private static func extend(_ hash: UInt64, by byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x100_0000_01b3
  }
}

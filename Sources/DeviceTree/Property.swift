// SPDX-License-Identifier: Apache-2.0

/// A property of a node: a name and bytes. The reader must know the meaning of the bytes.
///
/// Source: Devicetree Specification v0.4, section 2.2.4.
public struct Property: Hashable, Sendable {
  /// The name, printable ASCII. A zero byte ends it.
  public var name: String {
    get { String(decoding: nameBytes, as: UTF8.self) }
    set { nameBytes = Array(name: newValue) }
  }
  var nameBytes: [UInt8]
  /// The value, without padding.
  public var value: [UInt8]

  /// Makes a property.
  ///
  /// - Parameters:
  ///   - name: The name, 1 to 255 characters of printable ASCII.
  ///   - value: The value; empty for a flag.
  public init(_ name: String, _ value: [UInt8] = []) {
    self.init(Array(name: name), value)
  }

  init(_ nameBytes: [UInt8], _ value: [UInt8]) {
    self.nameBytes = nameBytes
    self.value = value
  }

  /// The value as one big-endian 32-bit number; nil unless it is 4 bytes long.
  public var asUInt32: UInt32? {
    guard value.count == 4 else { return nil }
    return word(at: 0)
  }

  /// The value as one big-endian number of one or two cells; nil at any other length.
  public var asUInt64: UInt64? {
    switch value.count {
    case 4: UInt64(word(at: 0))
    case 8: UInt64(word(at: 0)) << 32 | UInt64(word(at: 4))
    default: nil
    }
  }

  /// The value as one text; nil unless its only zero byte is the last. Invalid UTF-8 is replaced.
  public var asString: String? {
    guard value.last == 0, value.firstIndex(of: 0) == value.count - 1 else { return nil }
    return String(decoding: value.dropLast(), as: UTF8.self)
  }

  /// The value as texts that each end with a zero byte; nil unless the last byte is zero.
  public var asStrings: [String]? {
    guard value.last == 0 else { return nil }
    var result: [String] = []
    var start = 0
    for (index, byte) in value.enumerated() where byte == 0 {
      result.append(String(decoding: value[start..<index], as: UTF8.self))
      start = index + 1
    }
    return result
  }

  /// The value as big-endian 32-bit cells; nil unless its length is a multiple of 4.
  public var asCells: [UInt32]? {
    guard value.count % 4 == 0 else { return nil }
    return stride(from: 0, to: value.count, by: 4).map { word(at: $0) }
  }

  /// The text up to the first zero byte or the end, as the kernel copies a command line.
  /// Invalid UTF-8 is replaced.
  public var text: String {
    String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Joins one or two cells, most significant first. The caller has checked that they exist.
  func number(ofCells cells: Range<Int>) -> UInt64 {
    cells.reduce(0) { $0 << 32 | UInt64(word(at: $1 * 4)) }
  }

  /// Whether ``text`` equals a text.
  func hasText(_ text: StaticString) -> Bool { value.holdText(text) }

  /// Reads a word; the caller has checked that its four bytes exist.
  private func word(at offset: Int) -> UInt32 {
    UInt32(value[offset]) << 24 | UInt32(value[offset + 1]) << 16
      | UInt32(value[offset + 2]) << 8 | UInt32(value[offset + 3])
  }
}

extension [UInt8] {
  /// Appends a 32-bit number, most significant byte first.
  mutating func appendBigEndian(_ number: UInt32) {
    for shift: UInt32 in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// Appends a 64-bit number, most significant byte first.
  mutating func appendBigEndian(_ number: UInt64) {
    appendBigEndian(UInt32(truncatingIfNeeded: number >> 32))
    appendBigEndian(UInt32(truncatingIfNeeded: number))
  }
}

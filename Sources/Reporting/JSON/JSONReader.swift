// SPDX-License-Identifier: Apache-2.0

/// Reads a JSON document strictly: every breach of RFC 8259 is an error.
///
/// A byte order mark and halves of surrogate pairs are refused as well. Length, depth and number
/// of values are bounded, so that no document can exhaust memory or the stack.
///
/// Source: RFC 8259, sections 2 to 8.
public struct JSONReader: Sendable {
  /// The largest document, in bytes.
  public static let byteLimit = 4 << 20
  /// The most nested containers.
  public static let depthLimit = 64
  /// The most values in a document.
  public static let valueLimit = 200_000

  private let bytes: [UInt8]
  private var offset = 0
  private var values = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads a document.
  ///
  /// - Parameter bytes: The whole document in UTF-8.
  /// - Returns: The value it holds.
  /// - Throws: ``JSONError``
  public static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    guard bytes.count <= byteLimit else {
      throw JSONError(reason: .tooLong(bytes: bytes.count, limit: byteLimit), offset: 0)
    }
    var reader = Self(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    if let byte = reader.peek { throw reader.unexpected(byte, "the end of the document") }
    return value
  }

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func unexpected(_ byte: UInt8?, _ expected: String) -> JSONError {
    guard let byte else {
      return JSONError(reason: .endOfDocument(expected: expected), offset: offset)
    }
    return JSONError(reason: .unexpectedByte(byte, expected: expected), offset: offset)
  }

  private mutating func skipSpace() {
    while let byte = peek,
      byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    {
      offset += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    offset += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    values += 1
    guard values <= Self.valueLimit else {
      throw JSONError(reason: .tooManyValues(limit: Self.valueLimit), offset: offset)
    }
    switch peek {
    case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(0x2d), .some(0x30...0x39): return .number(try number())
    case let other: throw unexpected(other, "a value")
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in text.utf8 where !take(byte) {
      throw unexpected(peek, "the word " + text)
    }
    return value
  }

  private mutating func enter(depth: Int) throws(JSONError) {
    guard depth <= Self.depthLimit else {
      throw JSONError(reason: .tooDeep(limit: Self.depthLimit), offset: offset)
    }
    offset += 1
    skipSpace()
  }

  private mutating func members(depth: Int) throws(JSONError) -> [JSONMember] {
    try enter(depth: depth)
    var members: [JSONMember] = []
    if take(0x7d) { return members }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw unexpected(peek, "a key") }
      let key = try string()
      skipSpace()
      guard take(0x3a) else { throw unexpected(peek, "a colon") }
      members.append(JSONMember(key, try value(depth: depth)))
      skipSpace()
      if take(0x7d) { return members }
      guard take(0x2c) else { throw unexpected(peek, "a comma or the end of the object") }
    }
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
    try enter(depth: depth)
    var elements: [JSONValue] = []
    if take(0x5d) { return elements }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if take(0x5d) { return elements }
      guard take(0x2c) else { throw unexpected(peek, "a comma or the end of the array") }
    }
  }

  /// Reads `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  private mutating func number() throws(JSONError) -> String {
    let start = offset
    _ = take(0x2d)
    if !take(0x30) { try digits() }
    if take(0x2e) { try digits() }
    if take(0x65) || take(0x45) {
      if !take(0x2b) { _ = take(0x2d) }
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    guard let first = peek, (0x30...0x39).contains(first) else {
      throw unexpected(peek, "a digit")
    }
    while let byte = peek, (0x30...0x39).contains(byte) { offset += 1 }
  }

  private mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let result = String(validating: text, as: UTF8.self) else {
          throw JSONError(reason: .invalidUTF8, offset: start)
        }
        return result
      case UInt8(ascii: "\\"):
        offset += 1
        try escape(into: &text)
      case 0..<0x20:
        throw unexpected(byte, "a character of a string")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw unexpected(nil, "the end of the string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = peek else { throw unexpected(nil, "an escape") }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      offset += 1
      return try unicodeEscape(into: &text)
    default: throw unexpected(byte, "an escape")
    }
    offset += 1
  }

  private mutating func unicodeEscape(into text: inout [UInt8]) throws(JSONError) {
    let start = offset
    let unit = try codeUnit()
    var code = UInt32(unit)
    if unit & 0xf800 == 0xd800 {
      guard unit < 0xdc00, take(0x5c), take(0x75) else {
        throw JSONError(reason: .loneSurrogate(unit), offset: start)
      }
      let low = try codeUnit()
      guard low & 0xfc00 == 0xdc00 else {
        throw JSONError(reason: .loneSurrogate(unit), offset: start)
      }
      code = 0x1_0000 + (UInt32(unit & 0x3ff) << 10) + UInt32(low & 0x3ff)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw JSONError(reason: .loneSurrogate(unit), offset: start)
    }
    text.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch peek {
      case .some(let byte) where (0x30...0x39).contains(byte): digit = byte - 0x30
      case .some(let byte) where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
      case .some(let byte) where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
      case let other: throw unexpected(other, "a hexadecimal digit")
      }
      unit = unit << 4 | UInt16(digit)
      offset += 1
    }
    return unit
  }
}

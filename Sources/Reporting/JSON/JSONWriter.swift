// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Writes a JSON document piece by piece: keys in the order of the calls, two spaces of indentation,
/// or all of it on one line.
///
/// Source: RFC 8259.
public struct JSONWriter: Sendable {
  /// The document so far, in UTF-8.
  public private(set) var bytes: [UInt8] = []
  private var depth = 0
  /// Whether the innermost container, or the document, holds nothing yet.
  private var isEmpty = true
  private let isOneLine: Bool

  /// Starts an empty document.
  ///
  /// - Parameter isOneLine: Whether it is written without line ends.
  public init(onOneLine isOneLine: Bool = false) {
    self.isOneLine = isOneLine
    // Most documents are not longer, and moving one takes as long as writing it.
    bytes.reserveCapacity(4096)
  }

  /// The document so far.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Writes an object.
  ///
  /// - Parameters:
  ///   - key: The key in the object around it; nil inside an array and at the top.
  ///   - body: Writes the members.
  public mutating func object(_ key: String? = nil, _ body: (inout Self) -> Void) {
    container(key, 0x7b, 0x7d, body)
  }

  /// Writes an array.
  ///
  /// - Parameters:
  ///   - key: The key in the object around it; nil inside an array and at the top.
  ///   - body: Writes the elements.
  public mutating func array(_ key: String? = nil, _ body: (inout Self) -> Void) {
    container(key, 0x5b, 0x5d, body)
  }

  /// Writes a string, or null for nil.
  public mutating func string(_ key: String? = nil, _ value: String?) {
    startValue(key)
    if let value { quote(value) } else { append("null") }
  }

  /// Writes a number, or null for nil.
  public mutating func number(_ key: String? = nil, _ value: UInt64?) {
    startValue(key)
    if let value { bytes.appendDecimal(value) } else { append("null") }
  }

  /// Writes a count of bytes as a number, or null for nil.
  public mutating func byteCount(_ key: String? = nil, _ value: ByteCount?) {
    number(key, value?.rawValue)
  }

  /// Writes an address as a string of at least eight hexadecimal digits, or null for nil.
  public mutating func address(_ key: String? = nil, _ value: PhysicalAddress?) {
    string(key, value?.description)
  }

  /// Writes true or false, or null for nil.
  public mutating func bool(_ key: String? = nil, _ value: Bool?) {
    startValue(key)
    append(value.map { $0 ? "true" : "false" } ?? "null")
  }

  /// Writes a value that was read; its numbers keep their digits.
  public mutating func value(_ key: String? = nil, _ value: JSONValue) {
    switch value {
    case .null: string(key, nil)
    case .bool(let bool): self.bool(key, bool)
    case .string(let text): string(key, text)
    case .number(let digits):
      startValue(key)
      append(digits)
    case .array(let elements):
      array(key) { writer in
        for element in elements { writer.value(nil, element) }
      }
    case .object(let members):
      object(key) { writer in
        for member in members { writer.value(member.key, member.value) }
      }
    }
  }

  /// Ends the last line; the document is complete.
  public mutating func finish() {
    bytes.append(0x0a)
  }

  private mutating func container(
    _ key: String?, _ opening: UInt8, _ closing: UInt8, _ body: (inout Self) -> Void
  ) {
    startValue(key)
    bytes.append(opening)
    depth += 1
    isEmpty = true
    body(&self)
    depth -= 1
    if !isEmpty { newLine() }
    bytes.append(closing)
    isEmpty = false
  }

  private mutating func startValue(_ key: String?) {
    if depth > 0 {
      if !isEmpty { bytes.append(0x2c) }
      newLine()
    }
    isEmpty = false
    guard let key else { return }
    quote(key)
    bytes.append(0x3a)
    bytes.append(0x20)
  }

  private mutating func newLine() {
    if isOneLine {
      if bytes.last == 0x2c { bytes.append(0x20) }
      return
    }
    bytes.append(0x0a)
    for _ in 0..<(2 * depth) { bytes.append(0x20) }
  }

  private mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func quote(_ text: String) {
    bytes.append(0x22)
    var text = text
    // Most texts stand as they are.
    let isPlain = text.withUTF8 { text in
      var place = 0
      while place < text.count {
        let byte = unsafe text[place]
        if byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == 0x7f { return false }
        place += 1
      }
      unsafe bytes.append(contentsOf: text)
      return true
    }
    if !isPlain { escape(Array(text.utf8)) }
    bytes.append(0x22)
  }

  private mutating func escape(_ raw: [UInt8]) {
    for byte in raw {
      switch byte {
      case 0x22: append("\\\"")
      case 0x5c: append("\\\\")
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0a: append("\\n")
      case 0x0c: append("\\f")
      case 0x0d: append("\\r")
      case 0..<0x20, 0x7f: append(hexadecimal(UInt64(byte), digits: 4, prefix: "\\u"))
      default: bytes.append(byte)
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Writes a JSON document piece by piece: keys in the order of the calls, with two spaces of
/// indentation or on one line.
///
/// Source: RFC 8259.
///
/// The functions for values have a hundred callers: inlined they would be a tenth of a small
/// program.
public struct JSONWriter: Sendable {
  private var document = JSONBytes()
  private var depth = 0
  /// Whether the innermost container, or the document, is still empty.
  private var isEmpty = true
  private let isOneLine: Bool

  /// Starts an empty document.
  ///
  /// - Parameter isOneLine: Whether it is written without line ends.
  public init(onOneLine isOneLine: Bool = false) {
    self.isOneLine = isOneLine
  }

  /// A copy of the document so far, in UTF-8.
  public var bytes: [UInt8] { document.written }

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
  @inline(never)
  public mutating func string(_ key: String? = nil, _ value: String?) {
    startValue(key)
    if let value { quote(value) } else { append("null") }
  }

  /// Writes a number, or null for nil.
  @inline(never)
  public mutating func number(_ key: String? = nil, _ value: UInt64?) {
    startValue(key)
    guard let value else { return append("null") }
    var digits: [UInt8] = []
    digits.reserveCapacity(20)
    digits.appendDecimal(value)
    document.append(digits)
  }

  /// Writes a count of bytes as a number, or null for nil.
  public mutating func byteCount(_ key: String? = nil, _ value: ByteCount?) {
    number(key, value?.rawValue)
  }

  /// Writes an address as a string of at least eight hexadecimal digits, or null for nil.
  @inline(never)
  public mutating func address(_ key: String? = nil, _ value: PhysicalAddress?) {
    string(key, value?.description)
  }

  /// Writes true or false, or null for nil.
  public mutating func bool(_ key: String? = nil, _ value: Bool?) {
    startValue(key)
    append(value.map { $0 ? "true" : "false" } ?? "null")
  }

  /// Writes a value from another document; its numbers keep their digits.
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
    document.append(0x0a)
  }

  private mutating func container(
    _ key: String?, _ opening: UInt8, _ closing: UInt8, _ body: (inout Self) -> Void
  ) {
    startValue(key)
    document.append(opening)
    depth += 1
    isEmpty = true
    body(&self)
    depth -= 1
    if !isEmpty { newLine() }
    document.append(closing)
    isEmpty = false
  }

  @inline(never)
  private mutating func startValue(_ key: String?) {
    if depth > 0 {
      if !isEmpty { document.append(0x2c) }
      newLine()
    }
    isEmpty = false
    guard let key else { return }
    quote(key)
    document.append(0x3a, spaces: 1)
  }

  private mutating func newLine() {
    if isOneLine {
      if document.last == UInt8(ascii: ",") { document.append(0x20) }
      return
    }
    document.append(0x0a, spaces: 2 * depth)
  }

  private mutating func append(_ text: String) { document.append(text) }

  @inline(never)
  private mutating func quote(_ text: String) {
    if document.appendQuoted(text) { return }
    document.append(0x22)
    escape(Array(text.utf8))
    document.append(0x22)
  }

  private mutating func escape(_ raw: [UInt8]) {
    for byte in raw {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case UInt8(ascii: "\t"): append("\\t")
      case UInt8(ascii: "\n"): append("\\n")
      case 0x0c: append("\\f")
      case UInt8(ascii: "\r"): append("\\r")
      case 0..<0x20, 0x7f: append(hexadecimal(UInt64(byte), digits: 4, prefix: "\\u"))
      default: document.append(byte)
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A value of a plan's document together with its place, so that errors can name it.
struct DocumentNode {
  let value: JSONValue
  /// The place: `$.machine.ram[0].first`.
  let path: String

  /// Gives the value of a key, which must stand exactly once.
  subscript(_ key: String) -> DocumentNode {
    get throws(PlanDocumentError) {
      guard let node = try optional(key) else {
        throw .missingKey(path: path + "." + key)
      }
      return node
    }
  }

  /// Gives the value of a key that may be missing.
  func optional(_ key: String) throws(PlanDocumentError) -> DocumentNode? {
    guard case .object(let members) = value else { throw wrongKind("an object") }
    var found: DocumentNode?
    for member in members where member.key == key {
      guard found == nil else { throw .repeatedKey(path: path + "." + key) }
      found = DocumentNode(value: member.value, path: path + "." + key)
    }
    return found
  }

  var isNull: Bool { value == .null }

  func string() throws(PlanDocumentError) -> String {
    guard case .string(let text) = value else { throw wrongKind("a string") }
    return text
  }

  func byteCount() throws(PlanDocumentError) -> ByteCount {
    guard case .number(let digits) = value else { throw wrongKind("a number") }
    guard let number = value.unsignedInteger else {
      throw .badValue(path: path, found: digits, expected: "a whole number from 0 to 2^64 − 1")
    }
    return ByteCount(number)
  }

  /// Reads a number written in a string: `0x` and 1 to 16 hexadecimal digits.
  func hexadecimalNumber(limit: UInt64 = .max) throws(PlanDocumentError) -> UInt64 {
    let text = try string()
    let bytes = Array(text.utf8)
    var number: UInt64 = 0
    var isNumber =
      bytes.count >= 3 && bytes.count <= 18 && bytes[0] == UInt8(ascii: "0")
      && bytes[1] == UInt8(ascii: "x")
    for byte in bytes.dropFirst(2) where isNumber {
      switch byte {
      case 0x30...0x39: number = number << 4 | UInt64(byte - 0x30)
      case 0x61...0x66: number = number << 4 | UInt64(byte - 0x61 + 10)
      case 0x41...0x46: number = number << 4 | UInt64(byte - 0x41 + 10)
      default: isNumber = false
      }
    }
    guard isNumber, number <= limit else {
      throw .badValue(
        path: path, found: text, expected: "a number from 0x0 to " + hexadecimal(limit))
    }
    return number
  }

  func address() throws(PlanDocumentError) -> PhysicalAddress {
    PhysicalAddress(try hexadecimalNumber())
  }

  /// Reads `first` and `last` of an object.
  func range() throws(PlanDocumentError) -> PhysicalRange {
    let first = try self["first"].address()
    let last = try self["last"]
    guard let range = PhysicalRange(first: first, last: try last.address()) else {
      throw .badValue(
        path: last.path, found: try last.string(), expected: "at or above " + first.description)
    }
    return range
  }

  /// Reads an array; the limit bounds the work of code that compares all entries.
  func list(limit: Int) throws(PlanDocumentError) -> [DocumentNode] {
    guard case .array(let elements) = value else { throw wrongKind("an array") }
    guard elements.count <= limit else {
      throw .tooMany(path: path, count: elements.count, limit: limit)
    }
    var nodes: [DocumentNode] = []
    nodes.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      nodes.append(DocumentNode(value: element, path: path + "[" + String(index) + "]"))
    }
    return nodes
  }

  /// Reads one of a few words.
  func word<Word: RawRepresentable>(_ words: [Word]) throws(PlanDocumentError) -> Word
  where Word.RawValue == String {
    let text = try string()
    for word in words where word.rawValue == text { return word }
    var expected = "one of"
    for word in words { expected += " " + word.rawValue }
    throw .badValue(path: path, found: text, expected: expected)
  }

  private func wrongKind(_ expected: String) -> PlanDocumentError {
    .wrongKind(path: path, found: value.kind, expected: expected)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A JSON value as it was read.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number, digit for digit as in the document.
  case number(String)
  /// A string, its escapes resolved.
  case string(String)
  /// An array, in its order.
  case array([JSONValue])
  /// The members in the order of the document; a key may stand twice.
  case object([JSONMember])

  /// The kind of the value, for messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The number, when it is a whole one from 0 to 2^64 − 1, written without fraction or exponent.
  public var unsignedInteger: UInt64? {
    guard case .number(let digits) = self, digits.utf8.first != UInt8(ascii: "-") else {
      return nil
    }
    return UInt64(digits)
  }
}

/// A key of a JSON object and its value.
public struct JSONMember: Sendable, Hashable {
  /// The key.
  public var key: String
  /// The value.
  public var value: JSONValue

  /// Pairs a key with its value.
  public init(_ key: String, _ value: JSONValue) {
    self.key = key
    self.value = value
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The reason why bytes are not a JSON document, or not an accepted one.
public struct JSONError: Error, Sendable, Hashable {
  /// The kind of problem.
  public enum Reason: Sendable, Hashable {
    /// The document ends too early.
    case endOfDocument(expected: String)
    /// A byte stands at a wrong place.
    case unexpectedByte(UInt8, expected: String)
    /// A string holds bytes that are not UTF-8.
    case invalidUTF8
    /// An escape names half of a surrogate pair without its other half.
    case loneSurrogate(UInt16)
    /// Containers are nested more deeply than the limit.
    case tooDeep(limit: Int)
    /// The document holds more values than the limit.
    case tooManyValues(limit: Int)
    /// The document is longer than the limit.
    case tooLong(bytes: Int, limit: Int)
  }

  /// The problem.
  public let reason: Reason
  /// The place, in bytes from the start of the document.
  public let offset: Int
}

extension JSONError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    let place = "JSON at byte " + String(offset) + ": "
    switch reason {
    case .endOfDocument(let expected):
      return place + "the document ends where " + expected + " is expected"
    case .unexpectedByte(let byte, let expected):
      return place + "the byte " + hexadecimal(UInt64(byte), digits: 2) + " stands where "
        + expected + " is expected"
    case .invalidUTF8:
      return place + "the string is not UTF-8"
    case .loneSurrogate(let unit):
      return place + "the escape \\u" + hexadecimal(UInt64(unit), digits: 4, prefix: "")
        + " is half of a surrogate pair"
    case .tooDeep(let limit):
      return place + "more than " + String(limit) + " containers inside each other"
    case .tooManyValues(let limit):
      return place + "more than " + String(limit) + " values"
    case .tooLong(let bytes, let limit):
      return "JSON: the document has " + String(bytes) + " bytes, more than " + String(limit)
    }
  }
}

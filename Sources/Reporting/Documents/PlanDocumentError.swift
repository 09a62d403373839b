// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Why a document is not a plan.
public enum PlanDocumentError: Error, Sendable, Hashable {
  /// The document is not JSON.
  case json(JSONError)
  /// The document has another version than this reader.
  case schemaVersion(found: String)
  /// A required key is missing.
  case missingKey(path: String)
  /// A key stands twice in one object.
  case repeatedKey(path: String)
  /// A value is of a wrong kind.
  case wrongKind(path: String, found: String, expected: String)
  /// A value is not an allowed one.
  case badValue(path: String, found: String, expected: String)
  /// A list is longer than any plan needs.
  case tooMany(path: String, count: Int, limit: Int)
}

extension PlanDocumentError: CustomStringConvertible {
  /// The error as a sentence; long values are cut.
  public var description: String {
    switch self {
    case .json(let error):
      "plan document: " + error.description
    case .schemaVersion(let found):
      "plan document: $.schemaVersion is " + PrintableText.clean(found, limit: 40)
        + "; this program reads version 1"
    case .missingKey(let path):
      "plan document: " + path + " is missing"
    case .repeatedKey(let path):
      "plan document: " + path + " stands twice"
    case .wrongKind(let path, let found, let expected):
      "plan document: " + path + " is " + found + ", not " + expected
    case .badValue(let path, let found, let expected):
      "plan document: " + path + " is " + PrintableText.clean(found, limit: 40) + ", not "
        + expected
    case .tooMany(let path, let count, let limit):
      "plan document: " + path + " holds " + String(count) + " entries, more than "
        + String(limit)
    }
  }
}

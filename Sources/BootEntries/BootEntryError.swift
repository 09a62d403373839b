// SPDX-License-Identifier: Apache-2.0

/// Why a boot loader's configuration cannot be read.
public struct BootEntryError: Error, Hashable, Sendable {
  /// The problem of a line.
  public enum Problem: Hashable, Sendable {
    /// A word has no value.
    case noValue(String)
    /// A list is longer than any real file has.
    case tooMany(String, limit: Int)
    /// A name or a path holds a zero byte.
    case zeroByte
  }

  /// The number of the line, from 1 on.
  public let line: Int
  /// The problem of the line.
  public let problem: Problem
}

extension BootEntryError: CustomStringConvertible {
  /// The message, with the line.
  public var description: String {
    "line " + String(line) + ": "
      + {
        switch problem {
        case .noValue(let word): "'" + word + "' needs a value"
        case .tooMany(let what, let limit): "more than " + String(limit) + " " + what
        case .zeroByte: "a zero byte stands in it"
        }
      }()
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Why a boot loader's configuration cannot be read.
package struct BootEntryError: Error, Hashable, Sendable {
  /// The problem of a line.
  package enum Problem: Hashable, Sendable {
    /// A word has no value.
    case noValue(String)
    /// A list is longer than any real file has.
    case tooMany(String, limit: Int)
    /// A name or a path holds a zero byte.
    case zeroByte
  }

  /// The number of the line, from 1 on.
  package let line: Int
  package let problem: Problem
}

extension BootEntryError: CustomStringConvertible {
  /// The message, with the line.
  package var description: String {
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

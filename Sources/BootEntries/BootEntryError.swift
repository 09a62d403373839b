// SPDX-License-Identifier: Apache-2.0

/// Why a boot loader's configuration cannot be read.
public struct BootEntryError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// A word has no value.
    case noValue(String)
    /// There are more of something than any real file has.
    case tooMany(String, limit: Int)
    /// A name or a path holds a byte that none can hold.
    case zeroByte
  }

  /// Where, counted from 1.
  public let line: Int
  /// What is wrong there.
  public let problem: Problem
}

extension BootEntryError: CustomStringConvertible {
  /// The line and what is wrong with it.
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

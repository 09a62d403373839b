// SPDX-License-Identifier: Apache-2.0

/// Text from files and users, made safe to print: no control character reaches a terminal.
public enum PrintableText {
  /// Replaces control characters by `\x1b` and the like.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - limit: The most characters; longer text is cut and ends in `...`. nil for no limit.
  /// - Returns: Text that takes one line.
  public static func clean(_ text: String, limit: Int? = nil) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      if let limit, count >= limit {
        result.append(contentsOf: "...".unicodeScalars)
        break
      }
      if isControl(scalar) {
        let escape = scalar.value < 0x100 ? "\\x" : "\\u"
        let digits = scalar.value < 0x100 ? 2 : 4
        result.append(
          contentsOf: hexadecimal(UInt64(scalar.value), digits: digits, prefix: escape)
            .unicodeScalars)
      } else {
        result.append(scalar)
      }
      count += 1
    }
    return String(result)
  }

  /// Breaks text at spaces into lines, but not inside numbers and between them and their unit:
  /// `20 582 580 B` stays whole.
  ///
  /// - Parameters:
  ///   - text: Text without control characters.
  ///   - width: The most characters of a line; a longer word takes a line of its own.
  /// - Returns: At least one line.
  public static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var length = 0
    for word in words(text) {
      let count = word.unicodeScalars.count
      if length > 0, length + 1 + count > width {
        lines.append(line)
        line = ""
        length = 0
      }
      if length > 0 {
        line += " "
        length += 1
      }
      line += word
      length += count
    }
    lines.append(line)
    return lines
  }

  /// Splits at spaces; groups of digits and their unit count as one word.
  private static func words(_ text: String) -> [String] {
    var result: [String] = []
    var isNumber = false
    for part in text.words {
      let digits = part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
      let joins = isNumber && ((digits && part.utf8.count == 3) || units.contains(part))
      if joins, let last = result.popLast() {
        result.append(last + " " + part)
      } else {
        result.append(part)
      }
      isNumber = digits
    }
    return result
  }

  private static let units = ["B", "B,", "B;", "B:", "KiB", "MiB", "GiB"]

  /// Control characters, and those that turn the direction of the text around them.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff:
      true
    default: false
    }
  }
}

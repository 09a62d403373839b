// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Makes a guest's console output safe for a terminal: lines of printable text, however they are
/// cut into parts. A guest must not move the cursor, query the terminal, or overwrite the verdict.
///
/// Source: ECMA-48, 5th edition: 5.3 (C1), 5.4 (control sequences), 5.6 (control strings).
public struct ConsoleCleaner: Sendable {
  private enum State {
    case text
    /// Behind ESC.
    case escape
    /// Behind ESC [.
    case sequence
    /// Behind ESC ] and the like, up to BEL or ESC \\.
    case string
  }

  private var state = State.text
  /// Whether the last byte was a carriage return, which may belong to a line end.
  private var isReturned = false
  /// The beginning of a character that is cut off.
  private var rest: [UInt8] = []

  /// Starts at the beginning of a line.
  public init() {}

  /// Cleans a part of the output.
  ///
  /// - Parameter bytes: The next bytes of the console.
  /// - Returns: The text to show, UTF-8.
  public mutating func clean(_ bytes: [UInt8]) -> [UInt8] {
    var shown = rest
    for byte in bytes { take(byte, &shown) }
    let count = shown.count - Self.cutOff(shown)
    rest = Array(shown[count...])
    // The other controls have two bytes or more, or reverse the direction of text.
    var result: [UInt8] = []
    var word: [UInt8] = []
    for byte in shown[..<count] {
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") {
        result += Self.printable(word)
        result.append(byte)
        word = []
      } else {
        word.append(byte)
      }
    }
    return result + Self.printable(word)
  }

  private mutating func take(_ byte: UInt8, _ shown: inout [UInt8]) {
    // A line end ends everything: a sequence without an end hides only the rest of its line.
    if byte == UInt8(ascii: "\n") {
      state = .text
      isReturned = false
      shown.append(byte)
      return
    }
    switch state {
    case .text:
      if isReturned { shown.append(0x0a) }
      isReturned = byte == UInt8(ascii: "\r")
      if byte == 0x1b {
        state = .escape
      } else if byte == UInt8(ascii: "\t") || byte >= 0x20 && byte != 0x7f {
        shown.append(byte)
      }
    case .escape:
      switch byte {
      case UInt8(ascii: "["): state = .sequence
      case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
        UInt8(ascii: "_"):
        state = .string
      // Intermediate bytes, and ESC itself once more.
      case 0x20...0x2f, 0x1b: break
      default: state = .text
      }
    case .sequence:
      if byte == 0x1b { state = .escape } else if (0x40...0x7e).contains(byte) { state = .text }
    case .string:
      if byte == 0x1b { state = .escape } else if byte == 0x07 { state = .text }
    }
  }

  private static func printable(_ bytes: [UInt8]) -> [UInt8] {
    bytes.isEmpty ? [] : Array(PrintableText.clean(String(decoding: bytes, as: UTF8.self)).utf8)
  }

  /// The number of bytes at the end that begin a character.
  private static func cutOff(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      if byte & 0xc0 == 0x80 { continue }
      let needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      return needed > count ? count : 0
    }
    return 0
  }
}

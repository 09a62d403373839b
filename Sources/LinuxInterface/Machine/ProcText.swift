// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Numbers and lines in the text files of /proc and /sys.
enum ProcText {
  /// Reads hexadecimal digits, with or without `0x`.
  static func hexadecimal(_ text: some Collection<UInt8>) -> UInt64? {
    UInt64(digits: text.starts(with: [0x30, 0x78]) ? text.dropFirst(2) : text[...], radix: 16)
  }

  /// Gives text without the spaces and line ends around it.
  static func trimmed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var text = Array(bytes.drop { isSpace($0) })
    while let byte = text.last, isSpace(byte) { text.removeLast() }
    return text
  }

  /// Whether a byte is a space to the kernel's `isspace`; zero bytes count, too.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0d).contains(byte) || byte == 0
  }

  /// Gives the number behind a label in lines such as `MemTotal:  506712 kB`.
  static func field(_ label: String, in text: [UInt8], hexadecimal: Bool = false) -> UInt64? {
    let label = Array(label.utf8)
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
      if end - start >= label.count, ByteReader(text.span).matches(label, at: start) {
        var first = start + label.count
        while first < end, isSpace(text[first]) { first += 1 }
        var behind = first
        while behind < end, !isSpace(text[behind]) { behind += 1 }
        let digits = text[first..<behind]
        return hexadecimal ? self.hexadecimal(digits) : UInt64(digits: digits)
      }
      start = end + 1
    }
    return nil
  }
}

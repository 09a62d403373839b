// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Numbers and lines in the text files of /proc and /sys.
enum DecimalText {
  /// Reads digits and nothing else; nil when there are none or they pass 2^64 − 1.
  static func number(_ digits: some Collection<UInt8>) -> UInt64? {
    read(digits, radix: 10)
  }

  /// Reads hexadecimal digits, with or without `0x`.
  static func hexadecimal(_ text: some Collection<UInt8>) -> UInt64? {
    text.starts(with: [0x30, 0x78]) ? read(text.dropFirst(2), radix: 16) : read(text, radix: 16)
  }

  private static func read(_ digits: some Collection<UInt8>, radix: UInt64) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x61...0x66: digit = UInt64(byte - 0x57)
      case 0x41...0x46: digit = UInt64(byte - 0x37)
      default: return nil
      }
      guard digit < radix else { return nil }
      let (product, carried) = value.multipliedReportingOverflow(by: radix)
      let (sum, overflow) = product.addingReportingOverflow(digit)
      guard !carried, !overflow else { return nil }
      value = sum
    }
    return value
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
        return hexadecimal ? self.hexadecimal(digits) : number(digits)
      }
      start = end + 1
    }
    return nil
  }
}

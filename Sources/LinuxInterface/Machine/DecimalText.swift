// SPDX-License-Identifier: Apache-2.0

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

  /// Tells whether a byte is a space as the kernel's `isspace` sees it, zero bytes counted in.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0d).contains(byte) || byte == 0
  }

  /// Gives the number behind a label in lines such as `MemTotal:  506712 kB`.
  static func field(_ label: String, in text: [UInt8], hexadecimal: Bool = false) -> UInt64? {
    let label = Array(label.utf8)
    var start = 0
    while start < text.count {
      let line = text[start...].prefix { $0 != 0x0a }
      start = line.endIndex + 1
      guard line.starts(with: label) else { continue }
      let value = trimmed(line.dropFirst(label.count))
      let digits = value.prefix { !isSpace($0) }
      return hexadecimal ? self.hexadecimal(digits) : number(digits)
    }
    return nil
  }
}

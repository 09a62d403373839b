// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Numbers as people write them: decimal, or hexadecimal behind `0x`; a K, M or G (also KiB, MiB,
/// GiB) behind them multiplies by a power of 1024. Anything else is no number.
enum NumberText {
  static func parse(_ text: String) -> UInt64? {
    var digits = Array(text.utf8)[...]
    var shift: UInt64 = 0
    func ends(_ suffix: String) -> Bool {
      let suffix = Array(suffix.utf8)
      guard digits.count > suffix.count else { return false }
      return zip(digits.suffix(suffix.count), suffix).allSatisfy { $0 | 0x20 == $1 }
    }
    for (suffix, power) in [("k", 10), ("m", 20), ("g", 30)] as [(String, UInt64)] where shift == 0
    {
      for ending in [suffix + "ib", suffix] where shift == 0 && ends(ending) {
        digits = digits.dropLast(ending.utf8.count)
        shift = power
      }
    }
    var radix: UInt64 = 10
    if digits.count > 2, digits.begins(with: "0x") || digits.begins(with: "0X") {
      radix = 16
      digits = digits.dropFirst(2)
    } else if digits.count > 1, digits.first == UInt8(ascii: "0") {
      // The C library reads a leading 0 as octal, people read it as decimal: such numbers are
      // refused.
      return nil
    }
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x61...0x66 where radix == 16: digit = UInt64(byte - 0x57)
      case 0x41...0x46 where radix == 16: digit = UInt64(byte - 0x37)
      default: return nil
      }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: radix)
      let (sum, overflow) = product.addingReportingOverflow(digit)
      guard !tooLarge, !overflow else { return nil }
      value = sum
    }
    return value <= UInt64.max >> shift ? value << shift : nil
  }
}

// SPDX-License-Identifier: Apache-2.0

extension UInt64 {
  /// Reads digits and nothing else; nil when there are none, or when they pass 2^64 − 1.
  ///
  /// - Parameters:
  ///   - digits: The digits, in either case.
  ///   - radix: 10 or 16.
  package init?(digits: some Collection<UInt8>, radix: UInt64 = 10) {
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
      let (product, tooLarge) = value.multipliedReportingOverflow(by: radix)
      let (sum, overflow) = product.addingReportingOverflow(digit)
      guard digit < radix, !tooLarge, !overflow else { return nil }
      value = sum
    }
    self = value
  }

  /// Reads a number as people write it: decimal, or hexadecimal behind `0x`; a K, M or G (also KiB,
  /// MiB, GiB) behind it multiplies by a power of 1024. Anything else is no number.
  ///
  /// A decimal number must not begin with 0: the C library reads it as octal, people do not.
  package init?(written text: String) {
    var digits = Array(text.utf8)[...]
    var shift: UInt64 = 0
    for (letter, power) in [(0x6b, 10), (0x6d, 20), (0x67, 30)] as [(UInt8, UInt64)] {
      let endings: [[UInt8]] = [[letter, UInt8(ascii: "i"), UInt8(ascii: "b")], [letter]]
      for ending in endings where shift == 0 && digits.count > ending.count {
        guard zip(digits.suffix(ending.count), ending).allSatisfy({ $0 | 0x20 == $1 }) else {
          continue
        }
        digits = digits.dropLast(ending.count)
        shift = power
      }
    }
    var radix: UInt64 = 10
    if digits.count > 1, digits.first == UInt8(ascii: "0") {
      guard digits[digits.startIndex + 1] | 0x20 == UInt8(ascii: "x") else { return nil }
      radix = 16
      digits = digits.dropFirst(2)
    }
    guard let value = UInt64(digits: digits, radix: radix), value <= UInt64.max >> shift else {
      return nil
    }
    self = value << shift
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Writes a number in hexadecimal, as every address in texts and documents is written.
///
/// - Parameters:
///   - value: The number.
///   - digits: The fewest digits; shorter numbers are padded with zeros.
///   - prefix: What stands in front.
/// - Returns: Lower-case digits behind the prefix.
public func hexadecimal(_ value: UInt64, digits: Int = 1, prefix: String = "0x") -> String {
  let text = String(value, radix: 16)
  var result = prefix
  var missing = digits - text.utf8.count
  while missing > 0 {
    result += "0"
    missing -= 1
  }
  return result + text
}

// SPDX-License-Identifier: Apache-2.0

/// Writes a number in hexadecimal, as every address in texts and documents is written.
///
/// - Parameters:
///   - value: The number.
///   - digits: The fewest digits; shorter numbers are padded with zeros.
///   - prefix: The text in front of the digits.
/// - Returns: Lower-case digits behind the prefix.
public func hexadecimal(_ value: UInt64, digits: Int = 1, prefix: String = "0x") -> String {
  let figures = max(digits, (67 - value.leadingZeroBitCount) / 4, 1)
  let count = prefix.utf8.count + figures
  // A load writes many numbers, and the standard library needs a thousand instructions for each.
  return unsafe String(unsafeUninitializedCapacity: count) { text in
    var rest = value
    var place = count
    while place > count - figures {
      place -= 1
      let figure = UInt8(truncatingIfNeeded: rest) & 15
      unsafe text[place] = figure < 10 ? 0x30 + figure : 0x61 - 10 + figure
      rest >>= 4
    }
    place = 0
    for byte in prefix.utf8 {
      unsafe text[place] = byte
      place += 1
    }
    return count
  }
}

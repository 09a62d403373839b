// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
  /// Appends a number in decimal. The standard library needs a thousand instructions for one number
  /// on a machine without long division, and a load writes many numbers.
  public mutating func appendDecimal(_ number: UInt64) {
    let billion: UInt64 = 1_000_000_000
    if let small = UInt32(exactly: number) {
      appendDecimal(small, digits: 1)
    } else {
      appendDecimal(number / billion)
      appendDecimal(UInt32(truncatingIfNeeded: number % billion), digits: 9)
    }
  }

  /// Appends a number in decimal, with zeros in front where it has fewer digits.
  public mutating func appendDecimal(_ number: UInt32, digits: Int) {
    let start = count
    var rest = number
    while rest > 0 || count - start < digits {
      // Divides by ten without a division: a multiplication and a shift.
      let tenth = UInt32(truncatingIfNeeded: (UInt64(rest) &* 0xcccc_cccd) >> 35)
      append(0x30 + UInt8(truncatingIfNeeded: rest &- tenth &* 10))
      rest = tenth
    }
    var low = start
    var high = count - 1
    while low < high {
      swapAt(low, high)
      low += 1
      high -= 1
    }
  }
}

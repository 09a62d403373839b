// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PhysicalMemory

struct NumeralTests {
  @Test(
    "A number is decimal or hexadecimal, and K, M, G behind it multiply by powers of 1024",
    arguments: [
      ("0", 0), ("4096", 4096), ("0x48000000", 0x4800_0000), ("0X10", 16), ("0xaBc", 0xabc),
      ("4k", 4096), ("4K", 4096), ("4KiB", 4096), ("4kib", 4096), ("512M", 512 << 20),
      ("1GiB", 1 << 30), ("0x10M", 16 << 20), ("18446744073709551615", UInt64.max),
      ("0xffffffffffffffff", .max), ("17179869183G", 17_179_869_183 << 30),
    ])
  func numbers(text: String, value: UInt64) { #expect(UInt64(written: text) == value) }

  @Test(
    "What is no number, is octal to the C library, or passes 64 bits is refused",
    arguments: [
      "", "x", "0x", "K", "0xK", "-1", "+1", "1_000", " 1", "1 ", "010", "00", "1.5", "12a", "1MB",
      "1iB", "0xg", "18446744073709551616", "0x10000000000000000", "17179869184G", "1T", "١",
    ])
  func refused(text: String) { #expect(UInt64(written: text) == nil) }

  @Test("Digits are read up to 2^64 - 1, and no digit passes its radix")
  func digits() {
    #expect(UInt64(digits: Array("00012".utf8)) == 12)
    #expect(UInt64(digits: Array("18446744073709551615".utf8)) == .max)
    for text in ["", "18446744073709551616", "1a", "0x1", "-1"] {
      #expect(UInt64(digits: Array(text.utf8)) == nil)
    }
    #expect(UInt64(digits: Array("fF".utf8), radix: 16) == 255)
    #expect(UInt64(digits: Array("10000000000000000".utf8), radix: 16) == nil)
  }
}

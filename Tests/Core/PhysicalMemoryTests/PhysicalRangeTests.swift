// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import Testing

@Suite("Ranges and addresses at the edges of the address space")
struct PhysicalRangeTests {
  private let top = PhysicalAddress(.max)

  @Test("A range is never empty and never passes the end of the address space")
  func making() {
    #expect(PhysicalRange(first: PhysicalAddress(2), last: PhysicalAddress(1)) == nil)
    #expect(PhysicalRange(start: PhysicalAddress(1), end: PhysicalAddress(1)) == nil)
    #expect(PhysicalRange(start: PhysicalAddress(1), count: .zero) == nil)
    #expect(PhysicalRange(start: top, count: ByteCount(UInt64(1)))?.last == top)
    #expect(PhysicalRange(start: top, count: ByteCount(UInt64(2))) == nil)
    #expect(PhysicalRange(start: PhysicalAddress(0), count: ByteCount(UInt64.max))?.end == top)
  }

  @Test("A range that ends with the address space has no end, and everything counts 2^64 - 1")
  func ends() {
    #expect(PhysicalRange.everything.end == nil)
    #expect(PhysicalRange.everything.count.rawValue == .max)
    #expect(PhysicalRange.below4GiB.end == PhysicalAddress(1 << 32))
    #expect(PhysicalRange.below4GiB.count.rawValue == 1 << 32)
  }

  @Test(
    "Rounding goes to whole blocks, outward and inward, and stays inside 64 bits",
    arguments: [
      (0x1000, 0x1fff, 0x1000, 0x1fff, 0x1000, 0x1fff),
      (0x1001, 0x2fff, 0x1000, 0x2fff, 0x2000, 0x2fff),
      (0x1000, 0x2ffe, 0x1000, 0x2fff, 0x1000, 0x1fff), (0x1001, 0x1ffe, 0x1000, 0x1fff, 1, 0),
      (0x1800, 0x27ff, 0x1000, 0x2fff, 1, 0),
      (.max - 0x1fff, .max, .max - 0x1fff, .max, .max - 0x1fff, .max),
      (.max - 0xfff, .max - 1, .max - 0xfff, .max, 1, 0), (.max, .max, .max - 0xfff, .max, 1, 0),
    ] as [(UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)])
  func rounding(
    _ first: UInt64, _ last: UInt64, _ outFirst: UInt64, _ outLast: UInt64, _ inFirst: UInt64,
    _ inLast: UInt64
  ) throws {
    let range = try #require(
      PhysicalRange(first: PhysicalAddress(first), last: PhysicalAddress(last)))
    #expect(
      range.rounded(outwardTo: .page)
        == PhysicalRange(first: PhysicalAddress(outFirst), last: PhysicalAddress(outLast)))
    #expect(
      range.rounded(inwardTo: .page)
        == PhysicalRange(first: PhysicalAddress(inFirst), last: PhysicalAddress(inLast)))
  }

  @Test("Neighbours do not overlap; sharing one byte is overlapping")
  func overlapping() throws {
    let low = try #require(PhysicalRange(first: PhysicalAddress(0), last: PhysicalAddress(9)))
    let next = try #require(PhysicalRange(first: PhysicalAddress(10), last: PhysicalAddress(19)))
    let shared = try #require(PhysicalRange(first: PhysicalAddress(9), last: PhysicalAddress(10)))
    #expect(!low.overlaps(next) && low.intersection(next) == nil)
    #expect(low.overlaps(shared) && next.overlaps(shared))
    #expect(low.intersection(shared)?.count.rawValue == 1)
    #expect(low.contains(low) && !low.contains(shared) && !low.contains(PhysicalAddress(10)))
  }

  @Test("Address arithmetic says nil instead of wrapping")
  func arithmetic() {
    let one = ByteCount(UInt64(1))
    #expect(top.advanced(by: one) == nil && PhysicalAddress(0).lowered(by: one) == nil)
    #expect(top.roundedUp(to: .page) == nil)
    #expect(top.roundedDown(to: .page) == PhysicalAddress(.max - 0xfff))
    #expect(PhysicalAddress(0x1000).roundedUp(to: .page) == PhysicalAddress(0x1000))
    #expect(PhysicalAddress(1).distance(from: PhysicalAddress(2)) == nil)
    #expect(Alignment(bytes: 0) == nil && Alignment(bytes: 3) == nil)
    #expect(Alignment(bytes: 1 << 63)?.mask == 0x7fff_ffff_ffff_ffff as UInt64)
    #expect(Alignment(shift: 200).mask == 0x7fff_ffff_ffff_ffff as UInt64)
    #expect(ByteCount(UInt64.max).adding(one) == nil && ByteCount.zero.subtracting(one) == nil)
    #expect(ByteCount(UInt64.max).multiplied(by: 2) == nil)
    #expect(ByteCount(UInt64.max).roundedUp(to: .page) == nil && ByteCount(Int(-1)) == .zero)
  }

  @Test(
    "Counts are written in groups of three digits and rounded to a unit people read",
    arguments: [
      (0, "0 B", "0 B"), (999, "999 B", "999 B"), (1000, "1 000 B", "1000 B"),
      (1536, "1 536 B", "1.5 KiB"), (20_582_580, "20 582 580 B", "19.6 MiB"),
      (1 << 20, "1 048 576 B", "1 MiB"), (5 << 29, "2 684 354 560 B", "2.5 GiB"),
    ] as [(UInt64, String, String)])
  func counts(_ bytes: UInt64, _ exact: String, _ rounded: String) {
    #expect(ByteCount(bytes).description == exact)
    #expect(ByteCount(bytes).rounded == rounded)
  }

  @Test("Hexadecimal numbers have the standard library's digits, and zeros where they are too few")
  func writesHexadecimal() {
    for shift in UInt64(0)..<64 {
      for value in [UInt64(1) << shift, (UInt64(1) << shift) - 1, UInt64.max >> shift] {
        let text = String(value, radix: 16)
        #expect(hexadecimal(value, prefix: "") == text)
        #expect(hexadecimal(value) == "0x" + text)
        let zeros = String(repeating: "0", count: max(0, 20 - text.count))
        #expect(hexadecimal(value, digits: 20) == "0x" + zeros + text)
      }
    }
    #expect(hexadecimal(7, digits: 0) == "0x7" && hexadecimal(7, digits: -1) == "0x7")
  }

  @Test("Decimal numbers have the standard library's digits, and zeros where they are too few")
  func writesDecimal() {
    var values: [UInt64] = [0, 9, 10, 99_999_999, 1_000_000_000, 10_000_000_000, .max]
    for shift in UInt64(0)..<64 { values += [1 << shift, (1 << shift) - 1, .max >> shift] }
    for value in values {
      var bytes: [UInt8] = [0x20]
      bytes.appendDecimal(value)
      #expect(String(decoding: bytes, as: UTF8.self) == " " + String(value))
    }
    for value in values.compactMap({ UInt32(exactly: $0) }) {
      var bytes: [UInt8] = []
      bytes.appendDecimal(value, digits: 6)
      let text = String(value)
      let zeros = String(repeating: "0", count: max(0, 6 - text.count))
      #expect(String(decoding: bytes, as: UTF8.self) == zeros + text)
    }
  }

  @Test("Addresses have eight digits or more, lower case")
  func addresses() {
    #expect(PhysicalAddress(0).description == "0x00000000")
    #expect(PhysicalAddress(0x8_0000_abcd).description == "0x80000abcd")
    #expect(hexadecimal(0xAB) == "0xab" && hexadecimal(0xa, digits: 4, prefix: "") == "000a")
    #expect(top.description == "0xffffffffffffffff")
    #expect(PhysicalRange.below4GiB.description == "0x00000000-0xffffffff")
  }
}

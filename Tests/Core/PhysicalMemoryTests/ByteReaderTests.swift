// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import Testing

@Suite("Reading numbers out of untrusted bytes")
struct ByteReaderTests {
  private let bytes: [UInt8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x41, 0x00, 0x42]

  @Test("Numbers of either byte order are read at any alignment")
  func numbers() {
    let reader = ByteReader(bytes.span)
    #expect(reader.byte(at: 10) == 0x42)
    #expect(reader.littleEndian16(at: 1) == 0x4523 && reader.bigEndian16(at: 1) == 0x2345)
    #expect(reader.littleEndian32(at: 1) == 0x8967_4523)
    #expect(reader.bigEndian32(at: 0) == 0x0123_4567)
    #expect(reader.littleEndian64(at: 0) == 0xefcd_ab89_6745_2301)
    #expect(reader.bigEndian64(at: 0) == 0x0123_4567_89ab_cdef)
  }

  @Test(
    "Every read that is not wholly inside gives nil",
    arguments: [-1, 11, 12, Int.max, Int.min, Int.max - 3])
  func outside(_ offset: Int) {
    let reader = ByteReader(bytes.span)
    #expect(reader.byte(at: offset) == nil && reader.littleEndian16(at: offset) == nil)
    #expect(reader.littleEndian32(at: offset) == nil && reader.littleEndian64(at: offset) == nil)
    #expect(reader.bigEndian16(at: offset) == nil && reader.bigEndian32(at: offset) == nil)
    #expect(reader.bigEndian64(at: offset) == nil && reader.copy(offset, 1) == nil)
    #expect(reader.text(at: offset, length: 1) == nil && !reader.matches([1], at: offset))
    #expect(reader.holds(offset, Int.max) == false)
  }

  @Test("The last whole word is read, one byte further it is not")
  func borders() {
    let reader = ByteReader(bytes.span)
    #expect(reader.littleEndian16(at: 9) != nil && reader.littleEndian16(at: 10) == nil)
    #expect(reader.littleEndian32(at: 7) != nil && reader.littleEndian32(at: 8) == nil)
    #expect(reader.littleEndian64(at: 3) != nil && reader.littleEndian64(at: 4) == nil)
    #expect(reader.holds(11, 0) && !reader.holds(11, 1) && !reader.holds(0, 12))
    #expect(!reader.holds(0, -1) && !reader.holds(1, Int.max))
    #expect(reader.copy(11, 0) == [] && reader.copy(9, 2) == [0x00, 0x42])
  }

  @Test("Slices and suffixes stay inside")
  func slices() {
    let reader = ByteReader(bytes.span)
    #expect(reader.slice(2, 3)?.count == 3 && reader.slice(2, 3)?[0] == 0x45)
    #expect(reader.slice(9, 3) == nil && reader.slice(-1, 1) == nil)
    #expect(reader.suffix(from: 11)?.count == 0 && reader.suffix(from: 12) == nil)
    #expect(reader.matches([0xcd, 0xef], at: 6) && !reader.matches([0xcd, 0xee], at: 6))
    #expect(!reader.matches([0x42, 0x00], at: 10) && reader.matches([], at: 11))
  }

  @Test("A text ends at its zero byte or with its field")
  func texts() {
    let reader = ByteReader(bytes.span)
    #expect(reader.text(at: 8, length: 3) == "A" && reader.text(at: 10, length: 1) == "B")
    #expect(reader.text(at: 9, length: 2) == "" && reader.text(at: 8, length: 4) == nil)
    #expect(reader.text(at: 7, length: 1) == "\u{fffd}")
  }
}

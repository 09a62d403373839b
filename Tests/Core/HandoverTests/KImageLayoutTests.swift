// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

/// Which segments can be loaded.
struct KImageLayoutTests {
  private static func address(_ value: UInt64) -> PhysicalAddress { PhysicalAddress(value) }
  private static func bytes(_ value: UInt64) -> ByteCount { ByteCount(value) }
  private static func segment(_ first: UInt64, _ memory: UInt64, _ file: UInt64 = 0)
    -> KImageSegment
  {
    KImageSegment(first: address(first), memoryBytes: bytes(memory), fileBytes: bytes(file))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let segments: [KImageSegment]
    let error: KImageError?

    init(_ description: String, _ segments: [KImageSegment], _ error: KImageError?) {
      testDescription = description
      self.segments = segments
      self.error = error
    }
  }

  static let cases: [Case] = [
    Case("one page, no file", [segment(0x1000, 0x1000)], nil),
    Case("a file as large as its memory", [segment(0, 0x2000, 0x2000)], nil),
    Case(
      "neighbours, the higher one first", [segment(0x3000, 0x1000), segment(0x1000, 0x2000)], nil),
    Case("the last page but one below 4 GiB", [segment(0xffff_e000, 0x1000)], nil),
    Case("no segment", [], .nothingToLoad),
    Case("no memory", [segment(0x1000, 0x1000), segment(0x4000, 0)], .empty(segment: 1)),
    Case(
      "a first byte inside a page", [segment(0x1010, 0x1000)],
      .unaligned(segment: 0, first: address(0x1010), memoryBytes: bytes(0x1000))),
    Case(
      "an end inside a page", [segment(0x1000, 0x1010)],
      .unaligned(segment: 0, first: address(0x1000), memoryBytes: bytes(0x1010))),
    Case(
      "an end at 4 GiB", [segment(0xffff_f000, 0x1000)],
      .beyondAddresses(segment: 0, first: address(0xffff_f000), memoryBytes: bytes(0x1000))),
    Case(
      "a first byte beyond 4 GiB", [segment(1 << 32, 0x1000)],
      .beyondAddresses(segment: 0, first: address(1 << 32), memoryBytes: bytes(0x1000))),
    Case(
      "an end beyond all addresses", [segment(0x1000, 0xffff_ffff_ffff_f000)],
      .beyondAddresses(
        segment: 0, first: address(0x1000), memoryBytes: bytes(0xffff_ffff_ffff_f000))),
    Case(
      "a file larger than its memory", [segment(0x1000, 0x1000, 0x1001)],
      .fileExceedsMemory(segment: 0, fileBytes: bytes(0x1001), memoryBytes: bytes(0x1000))),
    Case(
      "the last page of one is the first of another",
      [segment(0x1000, 0x1000), segment(0x5000, 0x1000), segment(0x3000, 0x3000)],
      .overlap(segment: 2, with: 1, at: address(0x5000))),
    Case(
      "one inside another", [segment(0x1000, 0x5000), segment(0x3000, 0x1000)],
      .overlap(segment: 1, with: 0, at: address(0x3000))),
  ]

  @Test(
    "Segments are refused for what the kernel refuses them for, and when empty", arguments: cases)
  func judged(_ case: Case) {
    var error: KImageError?
    do throws(KImageError) { _ = try KImageLayout(segments: `case`.segments) } catch let found {
      error = found
    }
    #expect(error == `case`.error)
  }

  @Test(
    "A page has 16 bytes at least, and 2 GiB at most",
    arguments: [0, 1, 3, 4, 12, 16, 31, 32, 63] as [UInt8])
  func pageSize(shift: UInt8) {
    let page = Alignment(shift: shift)
    let fits = (4...31).contains(shift)
    if fits {
      #expect(throws: KImageError.nothingToLoad) { _ = try KImageLayout(segments: [], page: page) }
    } else {
      #expect(throws: KImageError.pageSize(page.byteCount)) {
        _ = try KImageLayout(segments: [Self.segment(0, 1 << 31)], page: page)
      }
    }
  }

  @Test(
    "The list takes a page more when the last link is needed for an entry",
    arguments: [
      // A page of 4 KiB has 1 023 entries and a link, or 1 023 entries and the end.
      (1, 1), (1021, 1), (1022, 1), (1023, 2), (2045, 2), (2046, 3), (25_000, 25),
    ] as [(UInt64, UInt64)])
  func listPages(pages: UInt64, list: UInt64) throws {
    let layout = try KImageLayout(segments: [Self.segment(0x10_0000, pages * 0x1000)])
    #expect(layout.pageCount == pages)
    #expect(layout.indirectionPageCount == list)
    #expect(layout.neededPages == pages + list + 1)
  }
}

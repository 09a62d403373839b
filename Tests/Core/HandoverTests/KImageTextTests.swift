// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

/// Errors of images and lists in words.
struct KImageTextTests {
  private static let page = PhysicalAddress(0x4020_8000)
  private static let size = ByteCount(UInt64(0x1000))

  @Test(
    "An error tells what is wrong with which segment, and the values",
    arguments: [
      (.pageSize(ByteCount(UInt64(8))), "a page has from 16 bytes to 2 GiB, and not 8 B"),
      (.nothingToLoad, "there is no segment"),
      (.empty(segment: 3), "a segment takes no memory: 3"),
      (
        .unaligned(segment: 1, first: page, memoryBytes: ByteCount(UInt64(20))),
        "a segment does not begin and end with a page: 1, 20 B at 0x40208000"
      ),
      (
        .beyondAddresses(segment: 0, first: PhysicalAddress(0xffff_f000), memoryBytes: size),
        "a segment does not end below 4 GiB: 0, 4 096 B at 0xfffff000"
      ),
      (
        .fileExceedsMemory(segment: 2, fileBytes: ByteCount(UInt64(4097)), memoryBytes: size),
        "a segment's file is larger than its memory: 2, 4 097 B in 4 096 B"
      ),
      (.overlap(segment: 2, with: 1, at: page), "two segments overlap: 1 and 2, at 0x40208000"),
      (.outOfPages(staged: 7, of: 9), "no free page is left: 7 of 9 are staged"),
      (
        .unusablePage(PhysicalAddress(0x40)),
        "what the pool hands out is no page below 4 GiB: 0x00000040"
      ),
      (.handedOutTwice(page), "the pool hands out a page twice: 0x40208000"),
      (.noSegment(4), "there is no such segment: 4"),
      (.stagedTwice(segment: 1), "a segment is staged twice: 1"),
      (.notStaged(segment: 0), "a segment is not staged: 0"),
    ] as [(KImageError, String)])
  func errors(error: KImageError, text: String) {
    #expect(error.description == text)
  }

  @Test("An image for a crash names the memory that is reserved")
  func reservation() throws {
    let range = try #require(PhysicalRange(start: Self.page, count: Self.size))
    #expect(
      KImageError.outsideReservation(segment: 1, reserved: range).description
        == "a segment is outside of the memory reserved for a crash kernel, 0x40208000-0x40208fff: 1"
    )
  }

  @Test(
    "A defect tells what is wrong with the list, and where",
    arguments: [
      (
        .wrongHead(KImageEntry(rawValue: 8)),
        "the head of the list is neither a link nor the end: 0x00000008"
      ),
      (.listAtZero, "the list begins at page 0, which means that there is none"),
      (
        .unknownEntry(.empty, at: page), "a word of the list is no entry: 0x00000000, at 0x40208000"
      ),
      (
        .outsideRAM(PhysicalAddress(0), at: page),
        "the list leads out of RAM: 0x00000000, at 0x40208000"
      ),
      (.cycle(page), "the list goes round and round: 0x40208000"),
      (.notDone(page: page), "a page of the list has neither a link nor the end: 0x40208000"),
      (.noDestination(at: page), "a source comes before any destination, at 0x40208000"),
      (
        .sourceOverwritten(PhysicalAddress(0x1000), at: page),
        "a source has been overwritten by an earlier copy: 0x00001000, at 0x40208000"
      ),
      (
        .writtenTwice(PhysicalAddress(0x1000), at: page),
        "a destination is written twice: 0x00001000, at 0x40208000"
      ),
      (
        .codeOverwritten(PhysicalAddress(0x1000), at: page),
        "a copy goes to the code that copies: 0x00001000, at 0x40208000"
      ),
      (.listOverwritten(page), "a copy goes to a page of the list: 0x40208000"),
    ] as [(KImageDefect, String)])
  func defects(defect: KImageDefect, text: String) {
    #expect(defect.description == text)
  }
}

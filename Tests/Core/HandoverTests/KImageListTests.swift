// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import SeededRandom
import Testing

/// Judging lists, whoever wrote them.
struct KImageListTests {
  static let page = Alignment(shift: 4)
  private static let head = KImageEntry(rawValue: 0x1010 | 2)
  private static let controlPage = address(0x10e0)
  private static func address(_ value: UInt64) -> PhysicalAddress { PhysicalAddress(value) }

  /// A list in 16 pages of 16 bytes from 0x1000 on; those that are not given hold no entry.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var head = KImageListTests.head
    /// The words of pages, by the page's address.
    let pages: [UInt64: [UInt32]]
    let defect: KImageDefect?

    init(
      _ description: String, head: KImageEntry = KImageListTests.head, _ pages: [UInt64: [UInt32]],
      _ defect: KImageDefect?
    ) {
      testDescription = description
      self.head = head
      self.pages = pages
      self.defect = defect
    }
  }

  static let cases: [Case] = [
    Case("two pages to where two others were", [0x1010: [0x1021, 0x1048, 0x1058, 4]], nil),
    Case("a page that is in place", [0x1010: [0x1021, 0x1028, 0x1058, 4]], nil),
    Case(
      "a source that is overwritten later",
      [0x1010: [0x1051, 0x1068, 0x1032], 0x1030: [0x1061, 0x1048, 4]], nil),
    Case(
      "an end where a link may stand, behind two links",
      [
        0x1010: [0x1021, 0x1058, 0x1092, 0], 0x1090: [0x1061, 0x10a2],
        0x10a0: [0x1078, 0x1068, 0x1088, 4],
      ],
      .sourceOverwritten(address(0x1060), at: address(0x10a4))),
    Case("a crash image", head: .done, [:], nil),
    Case(
      "a head that is a source", head: KImageEntry(rawValue: 0x1018), [0x1010: [4]],
      .wrongHead(KImageEntry(rawValue: 0x1018))),
    Case(
      "a head that is nothing", head: .empty, [0x1010: [4]], .wrongHead(.empty)),
    Case("a first page at 0", head: KImageEntry(rawValue: 2), [:], .listAtZero),
    Case(
      "a first page outside of RAM", head: KImageEntry(rawValue: 0x2002), [:],
      .outsideRAM(address(0x2000), at: address(0x2000))),
    Case(
      "a word without a kind", [0x1010: [0x1021, 0x1040, 4]],
      .unknownEntry(KImageEntry(rawValue: 0x1040), at: address(0x1014))),
    Case(
      "a word of two kinds", [0x1010: [0x1021, 0x104c, 4]],
      .unknownEntry(KImageEntry(rawValue: 0x104c), at: address(0x1014))),
    Case(
      "no end in the last page", [0x1010: [0x1021, 0x1048, 0x1058, 0x1068]],
      .notDone(page: address(0x1010))),
    Case(
      "no end, but a page behind that has one",
      [0x1010: [0x1041, 0x1058, 0x1068, 0x1078], 0x1020: [4]], .notDone(page: address(0x1010))),
    Case("a page that links to itself", [0x1010: [0x1012]], .cycle(address(0x1010))),
    Case(
      "a page that links to the one before it, with copies that go round",
      [0x1010: [0x1041, 0x1058, 0x1022], 0x1020: [0x1068, 0x1012]], .cycle(address(0x1010))),
    Case(
      "a cycle that the first page is not in",
      [0x1010: [0x1022], 0x1020: [0x1032], 0x1030: [0x1052], 0x1050: [0x1022]],
      .cycle(address(0x1020))),
    Case(
      "a link to outside of RAM", [0x1010: [0x2002]],
      .outsideRAM(address(0x2000), at: address(0x1010))),
    Case(
      "a source before any destination", [0x1010: [0x1048, 0x1021, 0x1058, 4]],
      .noDestination(at: address(0x1010))),
    Case(
      "a source outside of RAM", [0x1010: [0x1021, 0x2008, 4]],
      .outsideRAM(address(0x2000), at: address(0x1014))),
    Case(
      "a destination outside of RAM", [0x1010: [0x0ff1, 0x1048, 4]],
      .outsideRAM(address(0x0ff0), at: address(0x1014))),
    Case(
      "a destination that runs out of RAM",
      [0x1010: [0x10f1, 0x1048, 0x1032], 0x1030: [0x1058, 4]],
      .outsideRAM(address(0x1100), at: address(0x1030))),
    Case(
      "a copy onto the code that copies", [0x1010: [0x10d1, 0x1048, 0x1058, 4]],
      .codeOverwritten(address(0x10e0), at: address(0x1018))),
    Case(
      "a source that an earlier copy has overwritten", [0x1010: [0x1021, 0x1048, 0x1028, 4]],
      .sourceOverwritten(address(0x1020), at: address(0x1018))),
    Case(
      "a segment that moves up by a page, lowest page first",
      [0x1010: [0x1051, 0x1048, 0x1032], 0x1030: [0x1058, 0x1068, 4]],
      .sourceOverwritten(address(0x1050), at: address(0x1030))),
    Case(
      "a segment that moves down by a page, lowest page first",
      [0x1010: [0x1041, 0x1058, 0x1032], 0x1030: [0x1068, 0x1078, 4]], nil),
    Case(
      "a destination that is written twice",
      [0x1010: [0x1021, 0x1048, 0x1032], 0x1030: [0x1021, 0x1058, 4]],
      .writtenTwice(address(0x1020), at: address(0x1034))),
    Case(
      "a copy onto its own list", [0x1010: [0x1011, 0x1048, 4]], .listOverwritten(address(0x1010))),
    Case(
      "a copy onto a later page of the list",
      [0x1010: [0x1031, 0x1048, 0x1032], 0x1030: [4]], .listOverwritten(address(0x1030))),
  ]

  private static func memory(_ pages: [UInt64: [UInt32]]) throws -> (SimulatedMemory, RangeSet) {
    var memory = SimulatedMemory(page: page)
    let ram = try #require(PhysicalRange(start: address(0x1000), count: ByteCount(UInt64(0x100))))
    let mapped = memory.map(ram, [.read, .write])
    try #require(mapped)
    for (first, words) in pages {
      for (index, word) in words.enumerated() {
        try memory.setWord(word, at: address(first + UInt64(index * 4)))
      }
    }
    return (memory, RangeSet(ram))
  }

  @Test(
    "A list that destroys what it needs, or does not end, is refused for its own reason",
    arguments: cases)
  func judged(_ list: Case) throws {
    let (memory, ram) = try Self.memory(list.pages)
    var defect: KImageDefect?
    do throws(KImageDefect) {
      _ = try KImageList(
        checking: list.head, controlPage: Self.controlPage, page: Self.page, ram: ram,
        reading: { try? memory.word(at: $0) })
    } catch { defect = error }
    #expect(defect == list.defect)
  }

  /// The copies of a list, as (source, destination); nil when it does not come to an end.
  private static func copies(_ memory: SimulatedMemory) -> [(UInt64, UInt64)]? {
    var copies: [(UInt64, UInt64)] = []
    var (at, destination) = (head.rawValue & ~15, nil as UInt64?)
    for _ in 0..<200 {
      guard let word = try? memory.word(at: address(UInt64(at))) else { return nil }
      let page = UInt64(word & ~15)
      switch word & 15 {
      case 1: destination = page
      case 2:
        at = word & ~15
        continue
      case 4: return copies
      case 8:
        guard let to = destination else { return nil }
        copies.append((page, to))
        destination = to + 16
      default: return nil
      }
      at += 4
      // Behind a page of the list there is no list.
      if at & 15 == 0 { return nil }
    }
    return nil
  }

  @Test(
    "Of random lists just those are accepted that copy what was meant",
    arguments: [1, 2] as [UInt64])
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var (accepted, refused, copied) = (0, 0, 0)
    for number in 0..<10_000 {
      // Three pages of a list, of which each entry is likely to be a sound one.
      var pages: [UInt64: [UInt32]] = [:]
      let list: [UInt64] = [0x1010, 0x1020, 0x1030]
      for (index, page) in list.enumerated() {
        pages[page] = (0..<4).map { slot in
          let any = UInt32(0x1000 + random.below(16) * 16)
          let free = UInt32(0x1040 + random.below(random.oneIn(12) ? 10 : 4) * 16)
          let to = random.oneIn(4) ? free : UInt32(0x1080 + random.below(3) * 16)
          if slot == 0, index == 0 { return to | 1 }
          if slot == 3 { return index == 2 ? 4 : UInt32(list[index + 1]) | 2 }
          switch random.below(24) {
          case 0...1: return to | 1
          case 4: return any | UInt32(random.below(16))
          case 5: return any + 0x100 | 8
          case 6...8: return 4
          default: return free | 8
          }
        }
      }
      var (memory, ram) = try Self.memory(pages)
      for page in stride(from: UInt64(0x1000), to: 0x1100, by: 16) where pages[page] == nil {
        try memory.setWord(UInt32(0xabcd_0000 + page), at: Self.address(page))
      }
      let verdict = try? KImageList(
        checking: Self.head, controlPage: Self.controlPage, page: Self.page, ram: ram,
        reading: { try? memory.word(at: $0) })

      // The same by brute force: no set of ranges, no order of checks.
      var sound = false
      if let copies = Self.copies(memory) {
        sound = true
        for (index, (source, destination)) in copies.enumerated() {
          let earlier = copies[..<index].map(\.1)
          let inRAM = (0x1000..<0x1100).contains(source) && (0x1000..<0x1100).contains(destination)
          if !inRAM || earlier.contains(source) || earlier.contains(destination) { sound = false }
          if list.contains(destination), Self.reaches(memory, destination) { sound = false }
          if destination == Self.controlPage.rawValue { sound = false }
        }
        if let verdict { #expect(verdict.copies == UInt64(copies.count)) }
      }
      try #require((verdict != nil) == sound, "seed \(seed), case \(number): \(pages)")
      guard verdict != nil, let copies = Self.copies(memory) else {
        refused += 1
        continue
      }
      accepted += 1
      copied += copies.count
      let before = memory
      _ = try KImageInterpreter(page: Self.page, limit: 100).run(Self.head, in: &memory)
      var meant = before
      for (source, destination) in copies {
        let contents = try #require(before.contents(ofPage: Self.address(source)))
        _ = meant.setContents(contents, ofPage: Self.address(destination))
      }
      for page in stride(from: UInt64(0x1000), to: 0x1100, by: 16) {
        let (one, other) = (Self.address(page), Self.address(page))
        if memory.contents(ofPage: one) != meant.contents(ofPage: other) {
          Issue.record("seed \(seed), case \(number): page \(one)")
        }
      }
    }
    print(
      "KImageListTests: seed \(seed): \(accepted) accepted, \(refused) refused, \(copied) copies")
    #expect(accepted > 1000 && refused > 1000 && copied > 3000)
  }

  /// Whether the list comes to one of its pages before it ends.
  private static func reaches(_ memory: SimulatedMemory, _ page: UInt64) -> Bool {
    var at: UInt32 = head.rawValue & ~15
    for _ in 0..<200 {
      if UInt64(at & ~15) == page { return true }
      guard let word = try? memory.word(at: address(UInt64(at))), word & 15 != 4 else {
        return false
      }
      at = word & 15 == 2 ? word & ~15 : at + 4
    }
    return false
  }
}

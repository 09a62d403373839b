// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

/// Staging where pools, files or callers are out of the ordinary.
struct KImageBuilderEdgeTests {
  private static let page = Alignment(shift: 4)
  private static func address(_ value: UInt64) -> PhysicalAddress { PhysicalAddress(value) }

  /// 32 pages from 0 on that are full of ones.
  private static func ground(
    _ pool: [UInt64], files: [[UInt8]], direct: RangeSet = RangeSet()
  ) throws -> StagingGround {
    var memory = SimulatedMemory(page: page)
    let ram = try #require(PhysicalRange(first: address(0), last: address(0x1ff)))
    let mapped = memory.map(ram, [.read, .write])
    try #require(mapped)
    for first in stride(from: UInt64(0), to: 0x200, by: 16) {
      _ = memory.setContents(Array(repeating: 0xff, count: 16), ofPage: address(first))
    }
    return StagingGround(memory: memory, pool: pool.map(address), files: files, direct: direct)
  }

  private static func segment(_ first: UInt64, _ memory: UInt64, _ file: UInt64) -> KImageSegment {
    KImageSegment(
      first: address(first), memoryBytes: ByteCount(memory), fileBytes: ByteCount(file))
  }

  /// Two pages at 0x100 and one at 0x40: five entries, so two pages of a list.
  private static func builder(
    _ pool: [UInt64]
  ) throws -> KImageBuilder<StagingGround> {
    let layout = try KImageLayout(
      segments: [segment(0x100, 32, 20), segment(0x40, 16, 16)], page: page)
    return KImageBuilder(
      layout,
      pages: try ground(
        pool, files: [Array(repeating: 7, count: 20), Array(repeating: 9, count: 16)]))
  }

  private static func words(_ ground: StagingGround, _ first: UInt64) -> [UInt32] {
    (0..<4).map { ground.word(at: address(first + $0 * 4)) }
  }

  @Test(
    "From a pool that meets no destination come the list's pages first, then the sources in turn")
  func plain() throws {
    var builder = try Self.builder([0x10, 0x20, 0x30, 0x50, 0x60, 0x70, 0x80])
    let image = try builder.build()
    #expect(image.head == KImageEntry(rawValue: 0x22))
    #expect(image.indirectionPage == 0x20)
    #expect(image.controlPage == Self.address(0x10))
    #expect(Self.words(builder.pages, 0x20) == [0x101, 0x58, 0x68, 0x32])
    #expect(Self.words(builder.pages, 0x30) == [0x41, 0x78, 4, 0])
    #expect(builder.pages.offences == [])
    #expect(builder.pages.taken == 6)
  }

  @Test("A page is in place, moved, or set aside as its destination's turn is, was, or will be")
  func threeWays() throws {
    // 0x40 comes before there is a list, 0x50 and 0x100 while 0x110 is sought.
    var builder = try Self.builder([0x40, 0x10, 0x20, 0x30, 0x50, 0x100, 0x110])
    let image = try builder.build()
    // 0x50 held the first page until 0x100 came; then it was free for the second.
    #expect(Self.words(builder.pages, 0x20) == [0x101, 0x108, 0x58, 0x32])
    #expect(Self.words(builder.pages, 0x30) == [0x41, 0x48, 4, 0])
    #expect(
      builder.pages.memory.contents(ofPage: Self.address(0x100)) == Array(repeating: 7, count: 16))
    #expect(
      builder.pages.memory.contents(ofPage: Self.address(0x50))
        == Array(repeating: 7, count: 4) + Array(repeating: 0, count: 12))
    #expect(
      builder.counts.moved == 1 && builder.counts.setAside == 1 && builder.counts.inPlace == 2)
    #expect(image.page == Self.page)
  }

  @Test("Page 0 is never the list's first page, nor the code's: it becomes a source")
  func pageZero() throws {
    var builder = try Self.builder([0, 0x10, 0x20, 0x30, 0x50, 0x60])
    let image = try builder.build()
    #expect(image.controlPage == Self.address(0x10))
    #expect(Self.words(builder.pages, 0x20) == [0x101, 0x008, 0x58, 0x32])
    #expect(builder.pages.offences == [])
  }

  @Test("What a pool may not do is told, with the page")
  func badPools() throws {
    let cases: [([UInt64], KImageError)] = [
      ([0x10, 0x20, 0x30, 0x58], .unusablePage(Self.address(0x58))),
      ([0x10, 0x20, 0x30, 1 << 32], .unusablePage(Self.address(1 << 32))),
      ([0x40, 0x40, 0x10, 0x20, 0x30, 0x50], .handedOutTwice(Self.address(0x40))),
      ([0x10, 0x20, 0x30, 0x40, 0x40], .handedOutTwice(Self.address(0x40))),
      ([0, 0, 0x10], .handedOutTwice(Self.address(0))),
      ([0x10, 0x20, 0x30, 0x50, 0x100, 0x100], .handedOutTwice(Self.address(0x100))),
      ([0x10, 0x20, 0x30, 0x50], .outOfPages(staged: 1, of: 3)),
      ([0x10, 0x20], .outOfPages(staged: 0, of: 3)),
      // Rings of pages, which must not be followed for ever.
      ([0x10, 0x20, 0x20, 0x50], .outOfPages(staged: 1, of: 3)),
      ([0x40, 0x100, 0x40, 0x10], .outOfPages(staged: 0, of: 3)),
      ([], .outOfPages(staged: 0, of: 3)),
    ]
    for (pool, error) in cases {
      var builder = try Self.builder(pool)
      var found: KImageError?
      do throws(KImageError) { _ = try builder.build() } catch let thrown { found = thrown }
      #expect(found == error, "\(pool)")
    }
  }

  @Test("Each segment is staged once, and all before the end")
  func order() throws {
    var builder = try Self.builder([0x10, 0x20, 0x30, 0x50, 0x60, 0x70, 0x80])
    var found: [KImageError] = []
    func note(_ body: () throws(KImageError) -> Void) {
      do throws(KImageError) { try body() } catch { found.append(error) }
    }
    note { () throws(KImageError) in _ = try builder.finish() }
    note { () throws(KImageError) in try builder.stage(1) }
    note { () throws(KImageError) in _ = try builder.finish() }
    note { () throws(KImageError) in try builder.stage(1) }
    #expect(found == [.notStaged(segment: 0), .notStaged(segment: 0), .stagedTwice(segment: 1)])
    #expect(builder.pages.givenBack.sorted() == builder.pages.handedOut.sorted())
    note { () throws(KImageError) in try builder.stage(2) }
    #expect(found.last == .noSegment(2))
  }

  @Test("A crash image is written to its place at once, and the jump copies nothing")
  func crash() throws {
    let reserved = try #require(
      PhysicalRange(first: Self.address(0x40), last: Self.address(0x11f)))
    let layout = try KImageLayout(
      segments: [Self.segment(0x100, 32, 20), Self.segment(0x40, 16, 0)], page: Self.page)
    var builder = KImageBuilder(
      layout,
      pages: try Self.ground(
        [0x110, 0x40, 0x50, 0x60], files: [Array(repeating: 7, count: 20), []],
        direct: RangeSet(layout.segments.compactMap(\.range))))
    let image = try builder.loadDirectly(within: reserved)
    #expect(image.head == .done && image.indirectionPage == 0)
    #expect(image.controlPage == Self.address(0x50))
    #expect(builder.pages.givenBack.sorted() == [Self.address(0x40), Self.address(0x110)])
    #expect(builder.pages.offences == [])
    var wanted = try Self.ground([], files: []).memory
    _ = wanted.setContents(Array(repeating: 7, count: 16), ofPage: Self.address(0x100))
    _ = wanted.setContents(
      Array(repeating: 7, count: 4) + Array(repeating: 0, count: 12), ofPage: Self.address(0x110))
    _ = wanted.setContents(Array(repeating: 0, count: 16), ofPage: Self.address(0x40))
    for first in stride(from: UInt64(0), to: 0x200, by: 16) {
      let page = Self.address(first)
      #expect(
        builder.pages.memory.contents(ofPage: page) == wanted.contents(ofPage: page), "\(page)")
    }
  }

  @Test(
    "A crash image that leaves its reservation is refused, and so is one without a control page")
  func crashRefused() throws {
    let layout = try KImageLayout(segments: [Self.segment(0x100, 32, 20)], page: Self.page)
    let files: [[UInt8]] = [Array(repeating: 7, count: 20)]
    let small = try #require(PhysicalRange(first: Self.address(0x100), last: Self.address(0x11e)))
    var builder = KImageBuilder(layout, pages: try Self.ground([0x50], files: files))
    #expect(throws: KImageError.outsideReservation(segment: 0, reserved: small)) {
      _ = try builder.loadDirectly(within: small)
    }
    #expect(builder.pages.taken == 0)
    let exact = try #require(PhysicalRange(first: Self.address(0x100), last: Self.address(0x11f)))
    builder = KImageBuilder(layout, pages: try Self.ground([0x110, 0x100], files: files))
    #expect(throws: KImageError.outOfPages(staged: 0, of: 2)) {
      _ = try builder.loadDirectly(within: exact)
    }
    #expect(builder.pages.givenBack.count == 2)
  }
}

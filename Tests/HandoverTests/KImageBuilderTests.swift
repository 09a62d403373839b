// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import SeededRandom
import Testing

/// Staging a kernel in scattered pages.
struct KImageBuilderTests {
  /// The cases of each seed.
  private static let cases = 6000

  @Test(
    "Run over memory, the list brings every byte and every zero to its place and changes nothing else",
    arguments: [1, 2, 3, 4] as [UInt64])
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var sum = KImageCounts.Sum()
    for number in 0..<Self.cases {
      let image = try RandomImage(&random)
      let comment: Comment = "seed \(seed), case \(number)"
      var builder = KImageBuilder(image.layout, pages: image.ground)
      guard image.suffices else {
        sum.refused += 1
        #expect(throws: KImageError.self, comment) { _ = try builder.build() }
        #expect(builder.pages.givenBack.sorted() == builder.pages.handedOut.sorted(), comment)
        #expect(builder.pages.offences == [], comment)
        continue
      }
      let built: KImage
      do {
        built = try builder.build()
      } catch {
        Issue.record("\(error): \(comment)")
        continue
      }
      #expect(builder.pages.offences == [], comment)
      #expect(builder.pages.givenBack == [], comment)
      sum.add(builder.counts)
      try Self.run(built, of: image, builder.pages, comment)
    }
    // Every way that a page can go was gone often.
    print("KImageBuilderTests: seed \(seed): \(sum)")
    #expect(sum.inPlace > 1000 && sum.moved > 1000 && sum.setAside > 1000, "\(sum)")
    #expect(sum.longLists > 1000 && sum.refused > 100 && sum.built > Self.cases / 2, "\(sum)")
  }

  /// Runs a list where only its destinations can be written and the code's page not be touched.
  private static func run(
    _ built: KImage, of image: RandomImage, _ ground: StagingGround, _ comment: Comment
  ) throws {
    let wanted = image.wanted
    for page in image.pages where !image.ground.pool.contains(page) {
      if image.ground.memory.contents(ofPage: page) != ground.memory.contents(ofPage: page) {
        Issue.record("\(page) is not in the pool, and was changed: \(comment)")
      }
    }
    let list = try KImageList(
      checking: built.head, controlPage: built.controlPage, page: image.page,
      ram: RangeSet(image.ram), reading: { try? ground.memory.word(at: $0) })
    #expect(list.copies == image.layout.pageCount, comment)
    #expect(list.indirectionPages == image.layout.indirectionPageCount, comment)
    #expect(
      RangeSet(list.destinations) == RangeSet(image.layout.segments.compactMap(\.range)), comment)

    var memory = ground.memory
    let size = Int(image.page.byteCount.rawValue)
    let code = [UInt8](repeating: 0xc0, count: size)
    _ = memory.setContents(code, ofPage: built.controlPage)
    memory.protect(image.ram, .read)
    for segment in image.layout.segments {
      if let range = segment.range { memory.protect(range, [.read, .write]) }
    }
    if let page = PhysicalRange(start: built.controlPage, count: image.page.byteCount) {
      memory.protect(page, .execute)
    }
    let before = memory
    let copies = try KImageInterpreter(page: image.page, limit: 10_000)
      .run(built.head, in: &memory)
    #expect(copies == image.layout.pageCount, comment)
    for page in image.pages
    where memory.contents(ofPage: page) != (wanted[page] ?? before.contents(ofPage: page)) {
      Issue.record("\(page) holds something else than it should: \(comment)")
    }
  }
}

extension KImageCounts {
  /// What many cases come to.
  struct Sum {
    var built = 0
    var refused = 0
    var inPlace: UInt64 = 0
    var moved: UInt64 = 0
    var setAside: UInt64 = 0
    var longLists = 0

    mutating func add(_ counts: KImageCounts) {
      built += 1
      inPlace += counts.inPlace
      moved += counts.moved
      setAside += counts.setAside
      if counts.indirection > 1 { longLists += 1 }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import SeededRandom
import Testing

/// Staging a kernel in scattered pages.
struct KImageBuilderTests {
  /// The images of each seed; those for which the pool is too small come on top.
  private static let images = 5000

  @Test(
    "Run over memory, the list brings every byte and every zero to its place and changes nothing else",
    arguments: [1, 2, 3, 4] as [UInt64])
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var sum = Sum()
    while sum.built < Self.images {
      let image = try RandomImage(&random)
      var builder = KImageBuilder(image.layout, pages: image.ground)
      var complaints: [String] = []
      do {
        let built = try Self.build(&builder, &random)
        if !image.suffices { complaints.append("the pool cannot have been enough") }
        complaints += try Self.run(built, of: image, builder.pages)
        sum.add(builder.counts)
      } catch let error as KImageError {
        sum.refused += 1
        if image.suffices { complaints.append("\(error)") }
        if builder.pages.givenBack.sorted() != builder.pages.handedOut.sorted() {
          complaints.append("not every page is given back")
        }
      }
      complaints += builder.pages.offences
      if !complaints.isEmpty {
        Issue.record("seed \(seed), case \(sum.built + sum.refused): \(complaints)")
        // One of each seed tells enough.
        return
      }
    }
    // Every way that a page can go was gone often.
    print("KImageBuilderTests: seed \(seed): \(sum)")
    #expect(sum.inPlace > 1000 && sum.moved > 1000 && sum.setAside > 1000, "\(sum)")
    #expect(sum.longLists > 1000 && sum.refused > 500, "\(sum)")
  }

  /// Builds at one go, or segment by segment in any order.
  private static func build(
    _ builder: inout KImageBuilder<StagingGround>, _ random: inout SplitMix64
  ) throws -> KImage {
    if random.oneIn(2) { return try builder.build() }
    var left = Array(builder.layout.segments.indices)
    while !left.isEmpty {
      try builder.stage(left.remove(at: Int(random.below(UInt64(left.count)))))
    }
    return try builder.finish()
  }

  /// Runs a list where only its destinations can be written and the code's page not be touched.
  ///
  /// - Returns: What is wrong.
  private static func run(
    _ built: KImage, of image: RandomImage, _ ground: StagingGround
  ) throws -> [String] {
    var complaints: [String] = []
    if !ground.givenBack.isEmpty { complaints.append("pages are given back") }
    let pool = Set(image.ground.pool)
    for page in image.pages where !pool.contains(page) {
      if image.ground.memory.contents(ofPage: page) != ground.memory.contents(ofPage: page) {
        complaints.append("\(page) is not in the pool, and was changed")
      }
    }
    do {
      let list = try KImageList(
        checking: built.head, controlPage: built.controlPage, page: image.page,
        ram: RangeSet(image.ram), reading: { try? ground.memory.word(at: $0) })
      if list.copies != image.layout.pageCount { complaints.append("\(list.copies) copies") }
      if list.indirectionPages != image.layout.indirectionPageCount {
        complaints.append("\(list.indirectionPages) indirection pages")
      }
      if RangeSet(list.destinations) != RangeSet(image.layout.segments.compactMap(\.range)) {
        complaints.append("destinations \(list.destinations)")
      }
    } catch { complaints.append("\(error)") }

    var memory = ground.memory
    let code = [UInt8](repeating: 0xc0, count: Int(image.page.byteCount.rawValue))
    _ = memory.setContents(code, ofPage: built.controlPage)
    memory.protect(image.ram, .read)
    for segment in image.layout.segments {
      if let range = segment.range { memory.protect(range, [.read, .write]) }
    }
    if let page = PhysicalRange(start: built.controlPage, count: image.page.byteCount) {
      memory.protect(page, .execute)
    }
    let before = memory
    do {
      let copies = try KImageInterpreter(page: image.page, limit: 10_000)
        .run(built.head, in: &memory)
      if copies != image.layout.pageCount { complaints.append("\(copies) pages copied") }
    } catch { complaints.append("\(error)") }
    let wanted = image.wanted
    for page in image.pages
    where memory.contents(ofPage: page) != (wanted[page] ?? before.contents(ofPage: page)) {
      complaints.append("\(page) holds something else than it should")
    }
    return complaints
  }

  /// What many cases come to.
  private struct Sum {
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

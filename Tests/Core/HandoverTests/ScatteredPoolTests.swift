// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import SeededRandom
import Testing

/// The order in which Ferry takes free pages.
struct ScatteredPoolTests {
  private static func range(_ first: UInt64, _ last: UInt64) throws -> PhysicalRange {
    try #require(PhysicalRange(first: PhysicalAddress(first), last: PhysicalAddress(last)))
  }

  private static func all(_ pool: ScatteredPool) -> [PhysicalAddress] {
    var pool = pool
    var pages: [PhysicalAddress] = []
    while let page = pool.next() { pages.append(page) }
    return pages
  }

  @Test(
    "Every whole page of the free memory comes once, the preferred ones before all others",
    arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var (pages, split) = (0, 0)
    for number in 0..<700 {
      let page = Alignment(shift: UInt8(random.between(4, 7)))
      let size = page.byteCount.rawValue
      var free = RangeSet()
      for _ in 0..<random.between(0, 5) {
        let first = random.below(40 * size)
        free.insert(try Self.range(first, first + random.below(20 * size)))
      }
      let first = random.below(60 * size)
      let preferred = random.oneIn(5) ? nil : try Self.range(first, first + random.below(20 * size))
      let pool = ScatteredPool(free: free, preferred: preferred, page: page)
      let order = Self.all(pool)

      let comment: Comment = "seed \(seed), case \(number)"
      // By looking at each page there could be.
      var (wanted, first_) = ([] as [PhysicalAddress], 0)
      for index in 0..<UInt64(80) {
        let whole = try Self.range(index * size, index * size + size - 1)
        guard free.contains(whole) else { continue }
        wanted.append(whole.first)
        if preferred?.overlaps(whole) == true { first_ += 1 }
      }
      try #require(order.sorted() == wanted, comment)
      try #require(pool.remaining == UInt64(wanted.count), comment)
      for (place, address) in order.enumerated() {
        let whole = try Self.range(address.rawValue, address.rawValue + size - 1)
        try #require((preferred?.overlaps(whole) == true) == (place < first_), comment)
      }
      pages += wanted.count
      if first_ > 0, first_ < wanted.count { split += 1 }
    }
    #expect(pages > 7000 && split > 150)
  }

  @Test(
    "Hardly a page is followed by its neighbour",
    arguments: [10, 100, 1000, 1024, 30_011, 65_536] as [UInt64])
  func scattered(count: UInt64) throws {
    let free = RangeSet(try Self.range(0x4000_0000, 0x4000_0000 + count * 4096 - 1))
    let order = Self.all(ScatteredPool(free: free))
    try #require(UInt64(order.count) == count)
    let near = zip(order, order.dropFirst()).filter { one, other in
      let (low, high) = (min(one, other), max(one, other))
      return high.rawValue - low.rawValue < max(2, count / 8) * 4096
    }
    #expect(near.isEmpty)
  }

  @Test("What is left is what has not been handed out")
  func remaining() throws {
    let free = RangeSet([try Self.range(0x1000, 0x3fff), try Self.range(0x8000, 0x8fff)])
    var pool = ScatteredPool(free: free, preferred: try Self.range(0x2800, 0x2801))
    #expect(pool.remaining == 4)
    #expect(pool.next() == PhysicalAddress(0x2000))
    #expect(pool.remaining == 3)
    while pool.next() != nil {}
    #expect(pool.remaining == 0)
    let none = pool.next()
    #expect(none == nil)
  }
}

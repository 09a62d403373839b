// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import SeededRandom
import Testing

@Suite("Sets of ranges against a bitmap")
struct RangeSetTests {
  /// The last addresses there are count too: half of the cases lie at the very top.
  private static let bits: UInt64 = 96

  private struct Case {
    let base: UInt64
    var random: SplitMix64

    init(seed: UInt64) {
      random = SplitMix64(seed: seed)
      base = seed % 2 == 0 ? 0x1000 : .max - (RangeSetTests.bits - 1)
    }

    mutating func range() -> PhysicalRange? {
      let first = random.below(RangeSetTests.bits)
      let last = min(RangeSetTests.bits - 1, first + random.below(24))
      return PhysicalRange(
        first: PhysicalAddress(base + first), last: PhysicalAddress(base + last))
    }

    func holds(_ range: PhysicalRange, _ bit: UInt64) -> Bool {
      range.first.rawValue <= base + bit && base + bit <= range.last.rawValue
    }

    func bitmap(_ set: RangeSet) -> [Bool] {
      (0..<RangeSetTests.bits).map { bit in set.ranges.contains { holds($0, bit) } }
    }
  }

  private func expectTidy(_ set: RangeSet, _ seed: UInt64) {
    for (low, high) in zip(set.ranges, set.ranges.dropFirst()) {
      let gap = high.first.rawValue > low.last.rawValue
      #expect(gap && high.first.rawValue - low.last.rawValue > 1, "seed \(seed)")
    }
  }

  @Test("Insert, subtract, union, intersection and the questions agree with a bitmap")
  func algebra() throws {
    for seed in 0..<UInt64(3000) {
      var drawn = Case(seed: seed)
      var set = RangeSet()
      var other = RangeSet()
      var bits = [Bool](repeating: false, count: Int(Self.bits))
      var otherBits = bits
      for _ in 0..<drawn.random.between(1, 12) {
        let next = drawn.range()
        let range = try #require(next)
        switch drawn.random.below(3) {
        case 0:
          set.subtract(range)
          for bit in bits.indices where drawn.holds(range, UInt64(bit)) { bits[bit] = false }
        case 1:
          other.insert(range)
          for bit in bits.indices where drawn.holds(range, UInt64(bit)) { otherBits[bit] = true }
        default:
          set.insert(range)
          for bit in bits.indices where drawn.holds(range, UInt64(bit)) { bits[bit] = true }
        }
        expectTidy(set, seed)
      }
      let pairs = zip(bits, otherBits)
      #expect(drawn.bitmap(set) == bits, "seed \(seed)")
      #expect(drawn.bitmap(set.union(other)) == pairs.map { $0 || $1 }, "seed \(seed)")
      #expect(drawn.bitmap(set.intersection(other)) == pairs.map { $0 && $1 }, "seed \(seed)")
      #expect(drawn.bitmap(set.subtracting(other)) == pairs.map { $0 && !$1 }, "seed \(seed)")
      for result in [set.union(other), set.intersection(other), set.subtracting(other)] {
        expectTidy(result, seed)
      }
      #expect(set.count.rawValue == UInt64(bits.count { $0 }), "seed \(seed)")
      #expect(set.isEmpty == !bits.contains(true))
      let question = drawn.range()
      let asked = try #require(question)
      let inside = bits.indices.filter { drawn.holds(asked, UInt64($0)) }
      #expect(set.overlaps(asked) == inside.contains { bits[$0] }, "seed \(seed)")
      #expect(set.contains(asked) == inside.allSatisfy { bits[$0] }, "seed \(seed)")
      #expect(set.contains(asked.first) == bits[inside[0]], "seed \(seed)")
      #expect(
        drawn.bitmap(set.intersection(asked))
          == bits.indices.map { bits[$0] && inside.contains($0) }, "seed \(seed)")
      #expect(RangeSet(set.ranges.reversed()) == set, "seed \(seed)")
    }
  }

  @Test("A set made of many ranges at once is the one made of them one by one, in any order")
  func together() throws {
    for seed in 0..<UInt64(2000) {
      var drawn = Case(seed: seed)
      var ranges: [PhysicalRange] = []
      for _ in 0..<drawn.random.between(0, 12) {
        let next = drawn.range()
        ranges.append(try #require(next))
      }
      var single = RangeSet()
      for range in ranges { single.insert(range) }
      #expect(RangeSet(ranges) == single, "seed \(seed)")
      let half = ranges.count / 2
      let union = RangeSet(Array(ranges[..<half])).union(RangeSet(Array(ranges[half...])))
      #expect(union == single, "seed \(seed)")
      expectTidy(union, seed)
      for bit in 0..<Self.bits {
        let address = PhysicalAddress(drawn.base + bit)
        let holding = single.ranges.first { $0.contains(address) }
        #expect(single.range(holding: address) == holding, "seed \(seed)")
        let reaching = single.ranges.firstIndex { $0.last >= address }
        #expect(single.index(reaching: address) == reaching ?? single.ranges.count)
      }
    }
  }

  @Test("Reservations added at once stand as those added one by one, each once")
  func reservations() throws {
    for seed in 0..<UInt64(500) {
      var drawn = Case(seed: seed)
      var entries: [ReservedRange] = []
      for _ in 0..<drawn.random.between(0, 12) {
        let next = drawn.range()
        let range = try #require(next)
        for _ in 0..<drawn.random.between(1, 3) {
          entries.append(ReservedRange(range, why: "reason \(drawn.random.below(3))"))
        }
      }
      var expected: [ReservedRange] = []
      for entry in entries where !expected.contains(entry) {
        let place = expected.firstIndex {
          ($0.range.first, $0.range.last) > (entry.range.first, entry.range.last)
        }
        expected.insert(entry, at: place ?? expected.endIndex)
      }
      var map = MemoryMap()
      for entry in entries { map.reserve(entry) }
      #expect(map.reserved == expected, "seed \(seed)")
      #expect(MemoryMap(reserved: entries).reserved == expected, "seed \(seed)")
      map.reserve(entries)
      #expect(map.reserved == expected, "seed \(seed)")
    }
  }

  @Test("The set of every address holds all of them and can lose and regain its ends")
  func everything() throws {
    var set = RangeSet(.everything)
    #expect(set.count.rawValue == .max)
    let last = try #require(
      PhysicalRange(first: PhysicalAddress(.max), last: PhysicalAddress(.max)))
    set.subtract(last)
    #expect(set.ranges.first?.last == PhysicalAddress(.max - 1))
    set.insert(last)
    #expect(set == RangeSet(.everything))
    set.subtract(.everything)
    #expect(set.isEmpty)
  }
}

// SPDX-License-Identifier: Apache-2.0

import PhysicalMemory
import Testing

@testable import QEMULab

@Suite struct DifferenceListTests {
  static func range(_ first: UInt64, _ last: UInt64) throws -> PhysicalRange {
    try #require(
      PhysicalRange(first: PhysicalAddress(first), last: PhysicalAddress(last)))
  }

  @Test("Comparing finds exactly the bytes that differ, at any alignment and density")
  func random() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(state: seed)
    for round in 0..<200 {
      let count = Int.random(in: 1...9000, using: &random)
      let expected = (0..<count).map { _ in UInt8.random(in: 0...3, using: &random) }
      var seen = expected
      let density = Int.random(in: 1...300, using: &random)
      for index in seen.indices where Int.random(in: 0..<density, using: &random) == 0 {
        seen[index] = UInt8.random(in: 0...3, using: &random)
      }
      let ram = try #require(
        PhysicalRange(start: PhysicalAddress(0x1000), count: ByteCount(count)))
      let memory = try GuestMemory(ram)
      memory.write(seen, to: ram)
      var list = DifferenceList()
      memory.addDifferences(in: ram, from: expected[...], to: &list)
      list.close()
      var wanted = DifferenceList()
      for index in seen.indices where seen[index] != expected[index] {
        wanted.add(0x1000 + UInt64(index), 0x1000 + UInt64(index))
      }
      wanted.close()
      #expect(list.ranges == wanted.ranges, "seed \(seed), round \(round)")
    }
  }

  @Test("The union of two lists is the union of their sets")
  func union() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(state: seed)
    for round in 0..<300 {
      let lists = (0..<2).map { _ in
        var list = DifferenceList()
        var address: UInt64 = 0
        for _ in 0..<Int.random(in: 0...20, using: &random) {
          address += UInt64.random(in: 0...4, using: &random)
          let last = address + UInt64.random(in: 0...4, using: &random)
          list.add(address, last)
          address = last
        }
        list.close()
        return list
      }
      let union = DifferenceList(lists[0], lists[1])
      let wanted = RangeSet(lists[0].ranges + lists[1].ranges)
      #expect(union.ranges == wanted.ranges, "seed \(seed), round \(round)")
    }
  }

  @Test("Only short gaps that the test allows are closed")
  func joined() throws {
    var list = DifferenceList()
    for (first, last) in [(0, 9), (12, 19), (36, 40), (60, 61), (63, 70)] as [(UInt64, UInt64)] {
      list.add(first, last)
    }
    list.close()
    let spans = list.joined(limit: 16) { $0.last.rawValue < 50 }
    #expect(try spans.ranges == [Self.range(0, 40), Self.range(60, 61), Self.range(63, 70)])
    #expect(
      try list.joined(limit: 1) { _ in true }.ranges == [
        Self.range(0, 9), Self.range(12, 19), Self.range(36, 40), Self.range(60, 70),
      ])
  }
}

/// A generator whose sequence is given by its seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}

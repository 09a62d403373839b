// SPDX-License-Identifier: Apache-2.0

/// A small seeded generator: the same seed gives the same case on every machine.
///
/// Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Begins the row of numbers that belongs to the seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  /// A number from 0 to one below the limit.
  public mutating func below(_ limit: UInt64) -> UInt64 { limit == 0 ? 0 : next() % limit }

  /// A number from the lowest to the highest, both possible.
  public mutating func between(_ lowest: UInt64, _ highest: UInt64) -> UInt64 {
    lowest + below(highest - lowest + 1)
  }

  /// A number whose magnitude is evenly spread, so that small ones are as frequent as large ones.
  public mutating func magnitude(_ lowest: UInt64, _ highest: UInt64) -> UInt64 {
    var doublings: UInt64 = 0
    while lowest << (doublings + 1) <= highest { doublings += 1 }
    let floor = lowest << below(doublings + 1)
    return between(floor, min(highest, floor * 2))
  }

  /// True in one of so many cases.
  public mutating func oneIn(_ cases: UInt64) -> Bool { below(cases) == 0 }

  /// One of the choices, of which there must be some.
  public mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int(below(UInt64(choices.count)))]
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A small seeded generator: the same seed gives the same case on every machine.
///
/// Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  /// A number from 0 to one below the limit.
  mutating func below(_ limit: UInt64) -> UInt64 { limit == 0 ? 0 : next() % limit }

  /// A number from the lowest to the highest, both possible.
  mutating func between(_ lowest: UInt64, _ highest: UInt64) -> UInt64 {
    lowest + below(highest - lowest + 1)
  }

  mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int(below(UInt64(choices.count)))]
  }
}

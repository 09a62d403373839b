// SPDX-License-Identifier: Apache-2.0

/// A small reproducible source of random numbers (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  /// A number from 0 to one less than a bound.
  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// One of a few values.
  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  /// A text with everything in it that a writer could stumble over.
  mutating func text() -> String {
    let pieces = [
      "a", "kernel", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1b}[31m", "\u{7f}", "ä", "€",
      "𝄞", "e\u{301}", "\u{2028}", "<&>", "]]>", "\u{202e}", "'", "\u{fffe}", "0x",
    ]
    return (0..<below(6)).map { _ in pick(pieces) }.joined()
  }
}

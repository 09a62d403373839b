// SPDX-License-Identifier: Apache-2.0
import SeededRandom

extension SplitMix64 {
  /// A number from 0 to one less than a bound.
  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// A text with everything in it that a writer could stumble over.
  mutating func text() -> String {
    let pieces = [
      "a", "kernel", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1b}[31m", "\u{7f}", "ä", "€",
      "𝄞", "e\u{301}", "\u{2028}", "<&>", "]]>", "\u{202e}", "'", "\u{fffe}", "0x",
    ]
    return (0..<below(6)).map { _ in pick(pieces) }.joined()
  }
}

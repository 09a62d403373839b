// SPDX-License-Identifier: Apache-2.0

/// Chooses the kernel's own pair among all words that look like one. It is the pair that agrees
/// with the most other facts.
///
/// About every fourth kernel of Debian holds such words elsewhere, too.
struct BSSPairChoice {
  /// The kernel's own pair; nil when no fact supports any, or two have equal support.
  private(set) var pair: BSSPair?
  /// The number of different pairs that were found.
  let count: Int

  /// Weighs the pairs that a scan found.
  ///
  /// `head` is the kernel's first instructions.
  /// `textOffset` is T as the decompressor adds it (docs/footprint.md).
  /// `bssBytes` is the BSS as the size table states it.
  init(_ scan: InflatedImageScan, head: ImageHead?, textOffset: UInt64?, bssBytes: UInt64?) {
    count = scan.pairs.count
    var most = 0
    for pair in scan.pairs {
      // These facts confirm the end of the BSS; a correct T does not.
      var voices = 0
      if let expected = scan.expected, let head, head.names(end: pair, inflated: expected) {
        voices += 1
      }
      if scan.pairsBeforeStack.contains(pair) { voices += 1 }
      if bssBytes == pair.bssBytes { voices += 1 }
      guard voices > 0 else { continue }
      if textOffset == pair.textOffset { voices += 1 }
      if voices == most { self.pair = nil }
      if voices > most {
        most = voices
        self.pair = pair
      }
    }
  }
}

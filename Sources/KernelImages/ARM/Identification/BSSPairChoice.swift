// SPDX-License-Identifier: Apache-2.0

/// Chooses the kernel's own pair among all words that have the form of one: the one for which most
/// of what else is known speaks.
///
/// About every fourth kernel of Debian holds such words elsewhere, too.
struct BSSPairChoice {
  /// The kernel's own pair; nil when nothing speaks for any, or as much for one as for another.
  private(set) var pair: BSSPair?
  /// The different pairs that were found.
  let count: Int

  /// Weighs the pairs that a scan found.
  ///
  /// `head` is the kernel's first instructions.
  /// `textOffset` is T as the decompressor adds it.
  /// `bssBytes` is the BSS as the size table states it.
  init(_ scan: InflatedImageScan, head: ImageHead?, textOffset: UInt64?, bssBytes: UInt64?) {
    count = scan.pairs.count
    var most = 0
    for pair in scan.pairs {
      // These speak for where the BSS ends; that T is right does not.
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

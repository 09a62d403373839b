// SPDX-License-Identifier: Apache-2.0

/// The pair of addresses between which a kernel clears its BSS, and the figures it shows.
struct BSSPair: Hashable {
  let bssBytes: UInt64
  /// T, the text offset (docs/footprint.md).
  let textOffset: UInt64
  let pageOffset: UInt64
  /// Whether the words are big-endian.
  let isBigEndian: Bool

  /// The values of PAGE_OFFSET that a 32-bit ARM kernel can be configured for.
  ///
  /// Source: arch/arm/Kconfig (v6.1), `config PAGE_OFFSET`.
  static let pageOffsets: [UInt32] = [0xc000_0000, 0xb000_0000, 0x8000_0000, 0x4000_0000]
  /// The bound of T (docs/footprint.md): none above 0x308000 is known, and 32 MiB leaves room.
  static let textOffsetLimit: UInt32 = 32 << 20
  /// The bound of an Image: the decompressor's window has 128 MiB.
  private static let imageLimit: UInt32 = 128 << 20
  /// The largest BSS that is accepted.
  static let bssLimit: UInt32 = 64 << 20

  /// Whether a word may be the end address of an Image of any length.
  static func isPlausible(_ word: UInt32) -> Bool {
    for page in pageOffsets where word >= page && word - page < textOffsetLimit + imageLimit {
      return true
    }
    return false
  }

  /// Splits the end address of the Image into PAGE_OFFSET and T; nil when it is no such address.
  static func virtualStart(_ word: UInt32, _ inflated: UInt64) -> (page: UInt32, text: UInt32)? {
    let start = word &- UInt32(truncatingIfNeeded: inflated)
    guard start & 0xffff == 0x8000 else { return nil }
    for page in pageOffsets where start >= page && start - page < textOffsetLimit {
      return (page, start - page)
    }
    return nil
  }

  /// The virtual address behind the BSS, of an Image of a length.
  func end(inflated: UInt64) -> UInt64 {
    saturatingSum(saturatingSum(pageOffset, textOffset), saturatingSum(inflated, bssBytes))
  }

  /// Interprets two neighbouring words; nil when they are no such pair.
  init?(_ first: UInt32, _ second: UInt32, inflated: UInt64, isBigEndian: Bool) {
    guard let (page, text) = Self.virtualStart(first, inflated), second > first,
      second - first <= Self.bssLimit
    else { return nil }
    bssBytes = UInt64(second - first)
    textOffset = UInt64(text)
    pageOffset = UInt64(page)
    self.isBigEndian = isBigEndian
  }
}

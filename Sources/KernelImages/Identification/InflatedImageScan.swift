// SPDX-License-Identifier: Apache-2.0

/// Reads the facts that stand in an inflated kernel while it streams by, keeping nothing but its
/// first bytes.
///
/// Source: arch/arm/kernel/head-common.S (v6.1), `__mmap_switched_data`: the pair `__bss_start`,
/// `__bss_stop`; before about v4.15 the pair `__bss_start`, `_end`.
struct InflatedImageScan {
  /// The bytes seen so far.
  private(set) var count: UInt64 = 0
  /// The first bytes, at most ``headLimit``.
  private(set) var head: [UInt8] = []
  /// The pairs found, each different one once.
  private(set) var pairs: [BSSPair] = []
  /// The number of places where a pair was found.
  private(set) var pairCount = 0
  /// The release that the banner states.
  private(set) var release: String?
  /// I, as it was known before; pairs are sought for this length only.
  let expected: UInt64?
  /// The first bytes that are kept: enough to tell every format by.
  static let headLimit = 64 << 10

  private let order: ByteOrder
  /// The lowest two bytes of the address that is sought: I + 0x8000, whatever T and PAGE_OFFSET.
  private let low: UInt8
  private let second: UInt8
  private var carry: UInt32 = 0
  private var carried = 0
  private var candidate: (first: UInt32, isBigEndian: Bool)?
  private var banner: [UInt8]?

  /// The byte order of the words that are sought.
  enum ByteOrder { case little, big, either }

  /// Starts a scan.
  ///
  /// `expected` is I, when it is known or surmised; nil to count only.
  /// `order` is the byte order of the kernel's data.
  init(expected: UInt64?, order: ByteOrder) {
    self.expected = expected
    self.order = order
    let address = (expected ?? 0) &+ 0x8000
    low = UInt8(truncatingIfNeeded: address)
    second = UInt8(truncatingIfNeeded: address >> 8)
  }

  /// Takes the next bytes.
  mutating func take(_ chunk: Span<UInt8>) {
    var at = 0
    while head.count < Self.headLimit, at < chunk.count {
      head.append(chunk[at])
      at += 1
    }
    count += UInt64(chunk.count)
    at = 0
    while carried > 0, at < chunk.count {
      carry |= UInt32(chunk[at]) << UInt32(8 * carried)
      carried = (carried + 1) & 3
      at += 1
      if carried == 0 {
        take(carry)
        carry = 0
      }
    }
    while chunk.count - at >= 4 {
      let first = chunk[at]
      let last = chunk[at + 3]
      if first == 0x4c || first == low && chunk[at + 1] == second
        || last == low && chunk[at + 2] == second || candidate != nil || banner != nil
      {
        take(
          UInt32(first) | UInt32(chunk[at + 1]) << 8 | UInt32(chunk[at + 2]) << 16
            | UInt32(last) << 24)
      }
      at += 4
    }
    while at < chunk.count {
      carry |= UInt32(chunk[at]) << UInt32(8 * carried)
      carried += 1
      at += 1
    }
  }

  /// Takes an aligned word as it stands in memory, its first byte lowest.
  private mutating func take(_ word: UInt32) {
    if banner != nil { extendBanner(word) }
    if let candidate {
      self.candidate = nil
      complete(candidate.first, candidate.isBigEndian ? word.byteSwapped : word, candidate)
    }
    // "Linu", the first four letters of the banner.
    if word == 0x756e_694c, banner == nil, release == nil { banner = [0x4c, 0x69, 0x6e, 0x75] }
    guard let expected else { return }
    if order != .big, BSSPair.virtualStart(word, expected) != nil {
      candidate = (word, false)
    } else if order != .little, BSSPair.virtualStart(word.byteSwapped, expected) != nil {
      candidate = (word.byteSwapped, true)
    }
  }

  private mutating func complete(
    _ first: UInt32, _ second: UInt32, _ found: (first: UInt32, isBigEndian: Bool)
  ) {
    guard let expected,
      let pair = BSSPair(first, second, inflated: expected, isBigEndian: found.isBigEndian)
    else { return }
    pairCount += 1
    // A hostile file may hold millions of different pairs; two are enough to disagree.
    if pairs.count < 16, !pairs.contains(pair) { pairs.append(pair) }
  }

  private mutating func extendBanner(_ word: UInt32) {
    guard var text = banner else { return }
    for shift in [0, 8, 16, 24] as [UInt32] {
      text.append(UInt8(truncatingIfNeeded: word >> shift))
    }
    banner = text
    let start = Array("Linux version ".utf8)
    for index in 0..<min(start.count, text.count) where text[index] != start[index] {
      banner = nil
      return
    }
    guard text.count > start.count else { return }
    for index in start.count..<text.count {
      let letter = text[index]
      if letter == 0x20 {
        if index > start.count {
          release = String(decoding: text[start.count..<index], as: UTF8.self)
        }
        banner = nil
        return
      }
      guard letter > 0x20, letter < 0x7f, text.count < 128 else {
        banner = nil
        return
      }
    }
  }
}

/// The pair of addresses between which a kernel clears its BSS, and what follows from it.
struct BSSPair: Hashable {
  /// The bytes of the BSS.
  let bssBytes: UInt64
  /// T.
  let textOffset: UInt64
  /// PAGE_OFFSET.
  let pageOffset: UInt64
  /// Whether the words are big-endian.
  let isBigEndian: Bool

  /// The values of PAGE_OFFSET that a 32-bit ARM kernel can be configured for.
  ///
  /// Source: arch/arm/Kconfig (v6.1), `config PAGE_OFFSET`.
  static let pageOffsets: [UInt32] = [0xc000_0000, 0xb000_0000, 0x8000_0000, 0x4000_0000]
  /// T is below this: larger ones than 0x308000 are not known, 32 MiB leaves room.
  static let textOffsetLimit: UInt32 = 32 << 20
  /// The largest BSS that is believed.
  static let bssLimit: UInt32 = 64 << 20

  /// Splits the address behind the Image into PAGE_OFFSET and T; nil when it is no such address.
  static func virtualStart(_ word: UInt32, _ inflated: UInt64) -> (page: UInt32, text: UInt32)? {
    let start = word &- UInt32(truncatingIfNeeded: inflated)
    guard start & 0xffff == 0x8000 else { return nil }
    for page in pageOffsets where start >= page && start - page < textOffsetLimit {
      return (page, start - page)
    }
    return nil
  }

  /// Interprets two neighbouring words; nil when they are not such a pair.
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

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
  /// I, as it was known before or turned out; pairs are sought for this length only.
  private(set) var expected: UInt64?
  /// Words that may be a pair, as long as I is not known.
  private var surmised: [(first: UInt32, second: UInt32, isBigEndian: Bool)] = []
  private var hasTooMany = false
  /// The first bytes that are kept: enough to tell every format by.
  static let headLimit = 64 << 10
  /// Debian's kernels have 103 000 neighbouring words that may be a pair; 6 MiB are enough for five
  /// times as many.
  private static let surmisedLimit = 512 << 10

  private let order: ByteOrder
  /// The bits of the address that is sought which do not depend on T and PAGE_OFFSET, and what they
  /// are: I + 0x8000; none when I is not known.
  private let mask: UInt32
  private let ends: UInt32
  private var carry: UInt32 = 0
  private var carried = 0
  /// The word before, when it may be the first of a pair in one order or in both.
  private var candidate: (word: UInt32, little: Bool, big: Bool)?
  private var banner: [UInt8]?

  /// The byte order of the words that are sought.
  enum ByteOrder { case little, big, either }

  /// Starts a scan.
  ///
  /// `expected` is I, when it is known or surmised; without it, ``settle()`` finds the pairs
  /// when all has been taken.
  /// `order` is the byte order of the kernel's data.
  init(expected: UInt64?, order: ByteOrder) {
    self.expected = expected
    self.order = order
    mask = expected == nil ? 0 : 0xffff
    ends = UInt32(truncatingIfNeeded: (expected ?? 0) &+ 0x8000) & mask
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
    let bytes = unsafe chunk.bytes
    while bytes.byteCount - at >= 4 {
      // Every word of every kernel passes here. The place is inside, and any four bytes are a word.
      let word = unsafe UInt32(
        littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
      if word & 0xff == 0x4c || candidate != nil || banner != nil || word & mask == ends
        || word.byteSwapped & mask == ends
      {
        take(word)
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
      if candidate.little { complete(candidate.word, word, isBigEndian: false) }
      if candidate.big {
        complete(candidate.word.byteSwapped, word.byteSwapped, isBigEndian: true)
      }
    }
    // "Linu", the first four letters of the banner.
    if word == 0x756e_694c, banner == nil, release == nil { banner = [0x4c, 0x69, 0x6e, 0x75] }
    let little = order != .big && mayBegin(word)
    let big = order != .little && mayBegin(word.byteSwapped)
    if little || big { candidate = (word, little, big) }
  }

  /// Tells whether a word may be the address behind the Image.
  private func mayBegin(_ word: UInt32) -> Bool {
    guard let expected else { return BSSPair.isPlausible(word) }
    return BSSPair.virtualStart(word, expected) != nil
  }

  /// Ends a scan that began without I: finds the pairs for the length that has turned out.
  ///
  /// Returns false when there was too much to remember, and a scan with ``expected`` is needed.
  mutating func settle() -> Bool {
    guard expected == nil else { return expected == count }
    guard !hasTooMany else { return false }
    expected = count
    for (first, second, isBigEndian) in surmised {
      complete(first, second, isBigEndian: isBigEndian)
    }
    surmised = []
    return true
  }

  private mutating func complete(_ first: UInt32, _ second: UInt32, isBigEndian: Bool) {
    guard let expected else {
      guard second > first, second - first <= BSSPair.bssLimit else { return }
      if surmised.count < Self.surmisedLimit {
        surmised.append((first, second, isBigEndian))
      } else {
        hasTooMany = true
      }
      return
    }
    guard let pair = BSSPair(first, second, inflated: expected, isBigEndian: isBigEndian) else {
      return
    }
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

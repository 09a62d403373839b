// SPDX-License-Identifier: Apache-2.0

/// Reads the facts of an inflated kernel as a stream, and keeps only its first bytes.
///
/// Source: arch/arm/kernel/head-common.S (v6.1), `__mmap_switched_data`: the pair `__bss_start`,
/// `__bss_stop`, and behind it the end of the first stack; before about v4.15 the pair `__bss_start`,
/// `_end`, and four words further the end of the stack.
struct InflatedImageScan {
  /// The bytes seen so far.
  private(set) var count: UInt64 = 0
  /// The first bytes, at most ``headLimit``.
  private(set) var head: [UInt8] = []
  /// The pairs found, each different one once.
  private(set) var pairs: [BSSPair] = []
  /// The pairs that are followed by the end of the first stack.
  private(set) var pairsBeforeStack: [BSSPair] = []
  /// The number of places where a pair was found.
  private(set) var pairCount = 0
  /// The release that the banner states.
  private(set) var release: String?
  /// I (docs/footprint.md), known before or found; pairs are searched for this length only.
  private(set) var expected: UInt64?
  /// Words that may be a pair; they are kept while I is unknown.
  private var surmised: [Surmise] = []
  /// The pairs whose next words are still being read.
  private var recent: [Surmise] = []
  /// The number of next words that still belong to the last pair.
  private var watched: UInt32 = 0
  /// Whether the next word counts, whatever it is.
  private var isWatching = false
  private var hasTooMany = false
  /// The number of first bytes that are kept: enough to identify every format.
  static let headLimit = 64 << 10
  /// Debian's kernels have 103 000 neighbouring words that may be a pair; 6 MiB are enough for nearly
  /// four times as many.
  private static let surmisedLimit = 384 << 10

  private let order: ByteOrder
  /// The bits of the wanted address that do not depend on T and PAGE_OFFSET, and their value,
  /// I + 0x8000 (docs/footprint.md). There are none when I is unknown.
  private let mask: UInt32
  private let ends: UInt32
  private var carry: UInt32 = 0
  /// The word before, of any kind.
  private var last: UInt32 = 0
  private var carried = 0
  /// The word before, when it may be the first of a pair in one order or in both.
  private var candidate: (word: UInt32, little: Bool, big: Bool)?
  private var banner: [UInt8]?

  /// The byte order of the wanted words.
  enum ByteOrder { case little, big, either }

  /// Two neighbouring words that may be a pair.
  private struct Surmise {
    let first, second: UInt32
    let isBigEndian: Bool
    /// The number of the first word; words that do not fit are not counted.
    let place: UInt32
    /// Whether one of the words behind it is the end of the first stack.
    var isBeforeStack = false

    /// The number of words behind the first one in which the end of the stack is searched.
    static let reach: UInt32 = 6

    /// Whether a word behind it may be the end of the first stack: an address in the kernel's data,
    /// eight bytes below a multiple of 8 KiB.
    ///
    /// Source: arch/arm/include/asm/thread_info.h (v4.14 and v6.1), `THREAD_START_SP`.
    func isFollowed(by word: UInt32) -> Bool {
      let word = isBigEndian ? word.byteSwapped : word
      return word & 0x1fff == 0x1ff8 && word < first && BSSPair.isPlausible(word)
    }
  }

  /// The start of the banner, and the four words of which one stands whole in it, as in memory.
  private enum Banner {
    static let text = Array("Linux version ".utf8)
    static let linu: UInt32 = 0x756e_694c
    static let inux: UInt32 = 0x7875_6e69
    static let nux: UInt32 = 0x2078_756e
    static let uxV: UInt32 = 0x7620_7875
  }

  /// Starts a scan.
  ///
  /// `expected` is I (docs/footprint.md), when it is known or assumed. Without it, ``settle()``
  /// finds the pairs at the end of the stream. `order` is the byte order of the kernel's data.
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
    let start = count
    count += UInt64(chunk.count)
    at = 0
    while carried > 0, at < chunk.count {
      carry |= UInt32(chunk[at]) << UInt32(8 * carried)
      carried = (carried + 1) & 3
      at += 1
      if carried == 0 {
        take(carry, at: Self.number(ofWordAt: start + UInt64(at) - 4))
        last = carry
        carry = 0
      }
    }
    var before = last
    let bytes = unsafe chunk.bytes
    while bytes.byteCount - at >= 4 {
      // Every word of every kernel passes here. The offset is inside, and any four bytes are a
      // word.
      let word = unsafe UInt32(
        littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
      if word & mask == ends || word.byteSwapped & mask == ends || isWatching
        || word == Banner.linu || word == Banner.inux || word == Banner.nux || word == Banner.uxV
      {
        last = before
        take(word, at: Self.number(ofWordAt: start + UInt64(at)))
      }
      before = word
      at += 4
    }
    last = before
    while at < chunk.count {
      carry |= UInt32(chunk[at]) << UInt32(8 * carried)
      carried += 1
      at += 1
    }
  }

  private static func number(ofWordAt offset: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: offset >> 2)
  }

  /// Takes an aligned word as it stands in memory, its first byte lowest.
  private mutating func take(_ word: UInt32, at place: UInt32) {
    if banner != nil { extendBanner(word) }
    // A word that is no part of a banner may hold the start of one.
    if banner == nil, release == nil { beginBanner(word) }
    if watched > 0 {
      watched -= 1
      takeNeighbour(word, at: place)
    }
    if let candidate {
      self.candidate = nil
      if candidate.little {
        complete(
          Surmise(first: candidate.word, second: word, isBigEndian: false, place: place &- 1))
      }
      if candidate.big {
        complete(
          Surmise(
            first: candidate.word.byteSwapped, second: word.byteSwapped, isBigEndian: true,
            place: place &- 1))
      }
    }
    isWatching = banner != nil || watched > 0
    let little = order != .big && mayBegin(word)
    let big = order != .little && mayBegin(word.byteSwapped)
    if little || big {
      candidate = (word, little, big)
      isWatching = true
    }
  }

  /// Checks whether a word behind pairs is the end of the first stack.
  private mutating func takeNeighbour(_ word: UInt32, at place: UInt32) {
    recent.removeAll { place &- $0.place > Surmise.reach }
    for words in recent where words.isFollowed(by: word) { noteStack(behind: words) }
    var index = surmised.count
    while index > 0, place &- surmised[index - 1].place <= Surmise.reach {
      index -= 1
      if surmised[index].isFollowed(by: word) { surmised[index].isBeforeStack = true }
    }
  }

  /// Whether a word may be the end address of the Image.
  private func mayBegin(_ word: UInt32) -> Bool {
    guard let expected else { return BSSPair.isPlausible(word) }
    return BSSPair.virtualStart(word, expected) != nil
  }

  /// Ends a scan that began without I (docs/footprint.md): finds the pairs for the length of the
  /// stream.
  ///
  /// Returns false when there were too many candidates, and a scan with ``expected`` is needed.
  mutating func settle() -> Bool {
    guard expected == nil else { return expected == count }
    guard !hasTooMany else { return false }
    expected = count
    for words in surmised {
      note(words)
      if words.isBeforeStack { noteStack(behind: words) }
    }
    surmised = []
    return true
  }

  /// Takes two neighbouring words.
  private mutating func complete(_ words: Surmise) {
    if expected != nil {
      guard note(words) else { return }
      recent.append(words)
    } else {
      guard words.second > words.first, words.second - words.first <= BSSPair.bssLimit else {
        return
      }
      guard surmised.count < Self.surmisedLimit else {
        hasTooMany = true
        return
      }
      surmised.append(words)
    }
    watched = Surmise.reach
  }

  /// Notes a pair; returns whether the words are one.
  @discardableResult
  private mutating func note(_ words: Surmise) -> Bool {
    guard let pair = pair(words) else { return false }
    pairCount += 1
    // A hostile file may hold millions of different pairs; two are enough for a disagreement.
    if pairs.count < 16, !pairs.contains(pair) { pairs.append(pair) }
    return true
  }

  private mutating func noteStack(behind words: Surmise) {
    guard let pair = pair(words), pairs.contains(pair), !pairsBeforeStack.contains(pair) else {
      return
    }
    pairsBeforeStack.append(pair)
  }

  private func pair(_ words: Surmise) -> BSSPair? {
    guard let expected else { return nil }
    return BSSPair(words.first, words.second, inflated: expected, isBigEndian: words.isBigEndian)
  }

  /// Begins a banner at a word that stands whole among its first letters, at any alignment.
  private mutating func beginBanner(_ word: UInt32) {
    let skipped: UInt32
    switch word {
    case Banner.linu: skipped = 0
    case Banner.inux: skipped = 1
    case Banner.nux: skipped = 2
    case Banner.uxV: skipped = 3
    default: return
    }
    // The letters before it are the last ones of the previous word.
    for index in 0..<skipped
    where UInt8(truncatingIfNeeded: last >> (8 * (4 - skipped + index))) != Banner.text[Int(index)]
    {
      return
    }
    banner = Array(Banner.text[..<(Int(skipped) + 4)])
  }

  private mutating func extendBanner(_ word: UInt32) {
    guard var text = banner else { return }
    for shift in [0, 8, 16, 24] as [UInt32] {
      text.append(UInt8(truncatingIfNeeded: word >> shift))
    }
    banner = text
    let start = Banner.text
    for index in 0..<min(start.count, text.count) where text[index] != start[index] {
      banner = nil
      return
    }
    // Messages with the same start have no version behind it.
    guard let first = text.dropFirst(start.count).first else { return }
    guard (0x30...0x39).contains(first) else {
      banner = nil
      return
    }
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

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The tag in which a zImage states its sizes.
///
/// Source: arch/arm/boot/compressed/vmlinux.lds.S, section `.table` (v6.1).
struct SizeTable: Hashable {
  /// The offset of the tag in the zImage.
  let offset: UInt64
  /// The offset of the word that holds I (docs/footprint.md), the last four bytes of the payload.
  let sizeWordOffset: UInt64?
  /// The kernel's BSS.
  let bssBytes: UInt64?
  /// T, the text offset (docs/footprint.md).
  let textOffset: UInt64?
  /// The heap of the decompressor.
  let heapBytes: UInt64?

  /// `KLSZ`.
  private static let sizeTag: UInt32 = 0x5a53_4c4b
  /// The largest BSS that is accepted.
  private static let bssLimit: UInt32 = 256 << 20
  /// The largest heap of a decompressor that is accepted.
  static let heapLimit = 16 << 20

  /// The result of reading the table.
  enum Reading {
    case found(SizeTable)
    /// A well-formed table without the tag.
    case absent
    /// Why the table cannot be used.
    case damaged(String)
  }

  /// Walks the tags from the offset that the header names.
  ///
  /// `image` is the zImage, cut at its length.
  static func read(_ image: Span<UInt8>, at table: UInt64, isBigEndian: Bool) -> Reading {
    let words = OrderedReader(ByteReader(image), isBigEndian: isBigEndian)
    guard let start = Int(exactly: table), start >= ZImageHeader.magicOffset, start & 3 == 0 else {
      return .damaged("the header puts it at " + hexadecimal(table))
    }
    var at = start
    // Each turn advances by eight bytes or more; `at` stays within the image.
    while let size = words.word(at: at) {
      if size == 0 { return .absent }
      guard size >= 2, let range = SafeRange(UInt64(at), UInt64(size) * 4, within: image.count),
        let tag = words.word(at: at + 4)
      else {
        return .damaged(
          "the tag at " + hexadecimal(UInt64(at)) + " is " + String(size) + " words long")
      }
      if tag == sizeTag { return read(words, at: at, words: Int(size), in: image.count) }
      at = range.offset + range.count
    }
    return .damaged("it runs past the end of the zImage")
  }

  private static func read(
    _ fields: borrowing OrderedReader, at: Int, words: Int, in count: Int
  ) -> Reading {
    let pointer = words > 2 ? fields.word(at: at + 8) : nil
    let bss = words > 3 ? fields.word(at: at + 12) : nil
    let text = words > 4 ? fields.word(at: at + 16) : nil
    let heap = words > 5 ? fields.word(at: at + 20) : nil
    if let pointer {
      guard SafeRange(UInt64(pointer), 4, within: count) != nil else {
        return .damaged(
          "it puts the size word at " + hexadecimal(UInt64(pointer))
            + ", behind the end of the zImage")
      }
    }
    if let bss, bss > bssLimit {
      return .damaged("it states a BSS of " + ByteCount(UInt64(bss)).description)
    }
    if let text, text & 0xffff != 0x8000 || text >= BSSPair.textOffsetLimit {
      return .damaged("it states a TEXT_OFFSET of " + hexadecimal(UInt64(text)))
    }
    if let heap, heap > UInt32(heapLimit) {
      return .damaged("it states a heap of " + ByteCount(UInt64(heap)).description)
    }
    return .found(
      SizeTable(
        offset: UInt64(at), sizeWordOffset: pointer.map { UInt64($0) },
        bssBytes: bss.map { UInt64($0) }, textOffset: text.map { UInt64($0) },
        heapBytes: heap.map { UInt64($0) }))
  }
}

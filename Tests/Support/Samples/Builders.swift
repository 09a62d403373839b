// SPDX-License-Identifier: Apache-2.0
import Digests

/// Bytes that are put together field by field.
struct Builder {
  var bytes: [UInt8] = []
  var isBigEndian = false

  mutating func word(_ value: UInt32) {
    bytes += Self.word(value, isBigEndian: isBigEndian)
  }

  mutating func word(_ value: UInt32, at offset: Int, isBigEndian: Bool) {
    bytes.replaceSubrange(offset..<(offset + 4), with: Self.word(value, isBigEndian: isBigEndian))
  }

  mutating func text(_ value: String, length: Int) {
    bytes += (Array(value.utf8) + [UInt8](repeating: 0, count: length)).prefix(length)
  }

  mutating func pad(to multiple: Int) {
    while bytes.count % multiple != 0 { bytes.append(0) }
  }

  static func word(_ value: UInt32, isBigEndian: Bool) -> [UInt8] {
    let little = (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    return isBigEndian ? little.reversed() : little
  }

  /// A gzip file without compression.
  static func gzip(_ content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    var at = 0
    repeat {
      let count = min(0xffff, content.count - at)
      let isLast = at + count == content.count
      result += [isLast ? 1 : 0, UInt8(count & 0xff), UInt8(count >> 8)]
      result += [UInt8(~count & 0xff), UInt8(~count >> 8 & 0xff)]
      result += content[at..<(at + count)]
      at += count
    } while at < content.count
    result += word(CRC32.checksum(content.span), isBigEndian: false)
    return result + word(UInt32(content.count), isBigEndian: false)
  }
}

extension Builder {
  /// A legacy U-Boot image of a ramdisk for 32-bit ARM that is not compressed.
  static func uImage(ofRamdisk payload: [UInt8]) -> [UInt8] { uImage(of: payload, type: 3) }

  /// The same of any type: 2 is a kernel, 3 a ramdisk.
  static func uImage(of payload: [UInt8], type: UInt8) -> [UInt8] {
    var header = Builder(isBigEndian: true)
    header.word(0x2705_1956)
    for word in [0, 0, UInt32(payload.count), 0, 0, CRC32.checksum(payload.span)] {
      header.word(word)
    }
    header.bytes += [5, 2, type, 0]
    header.text("made up", length: 32)
    header.word(CRC32.checksum(header.bytes.span), at: 4, isBigEndian: true)
    return header.bytes + payload
  }
}

/// A plain Image with nothing in it but what the identification reads.
struct SyntheticImage {
  var byteCount = 0x1_2344
  var textOffset: UInt32 = 0x8000
  var bssBytes: UInt32 = 0x3210
  var pageOffset: UInt32 = 0xc000_0000
  var isBigEndian = false
  var hasPair = true
  /// A second pair of another size.
  var otherBSS: UInt32?
  /// Further pairs, of other T and sizes.
  var otherPairs: [(textOffset: UInt32, bssBytes: UInt32)] = []
  /// The words from the pair to the end of the first stack; nil without it.
  var stackDistance: Int?
  /// Where the banner stands.
  var bannerOffset = 0x8001
  /// The address of the last byte among the code, as `__create_page_tables` has it.
  var hasEndAddress = true
  /// Texts of drivers, each with a zero byte behind it, in place of what stands at 0x8100.
  var texts: [String] = []
  /// The first instructions, at most 16; the others do nothing.
  var head: [UInt32] = []

  /// Instructions that kernels begin with, from Linux 6.1.
  static let hypStub: [UInt32] = [0xeb04_402e]
  static let safeSVC: [UInt32] = [0xe10f_9000, 0xe229_901a]
  static let plainSVC: [UInt32] = [0xe321_f0d3, 0xee10_9f10]
  static let wideMoves: [UInt32] = [0xe30f_8fac, 0xe34f_8fff]
  static let longDescriptors: [UInt32] = [0xee10_3f91, 0xe203_300f, 0xe353_0005]

  func bytes() -> [UInt8] {
    var builder = Builder(isBigEndian: isBigEndian)
    let start = pageOffset + textOffset + UInt32(byteCount)
    for index in 0..<16 { builder.word(index < head.count ? head[index] : 0xe1a0_0000) }
    builder.word(hasEndAddress ? start + bssBytes - 1 : 0)
    // Neither zeros nor letters: a number that is nowhere near an address of the kernel.
    while builder.bytes.count < byteCount { builder.word(0x1234_5678) }
    builder.bytes.removeLast(builder.bytes.count - byteCount)
    func put(_ bss: UInt32, at offset: Int) {
      builder.word(start, at: offset, isBigEndian: isBigEndian)
      builder.word(start + bss, at: offset + 4, isBigEndian: isBigEndian)
    }
    if hasPair { put(bssBytes, at: 0x9000) }
    if let stackDistance {
      builder.word(
        pageOffset + textOffset + 0x5ff8, at: 0x9000 + 4 * stackDistance, isBigEndian: isBigEndian)
    }
    for (index, other) in otherPairs.enumerated() {
      let start = pageOffset + other.textOffset + UInt32(byteCount)
      let place = 0xb000 + 0x100 * index
      builder.word(start, at: place, isBigEndian: isBigEndian)
      builder.word(start + other.bssBytes, at: place + 4, isBigEndian: isBigEndian)
    }
    if let otherBSS { put(otherBSS, at: 0xa000) }
    let banner = Array("Linux version 5.4.0-test (a@b)".utf8)
    builder.bytes.replaceSubrange(bannerOffset..<(bannerOffset + banner.count), with: banner)
    let words = texts.flatMap { text -> [UInt8] in Array(text.utf8) + [0] }
    builder.bytes.replaceSubrange(0x8100..<(0x8100 + words.count), with: words)
    return builder.bytes
  }
}

/// A zImage in any variant of the header, of whose code there is only where it puts the kernel.
struct SyntheticZImage {
  enum Order: String, CaseIterable, Sendable { case little, be8, be32 }

  var order = Order.little
  var isEFI = false
  var isThumb = false
  /// Whether the code says where it puts the kernel.
  var hasCode = true
  /// T as the code adds it, when that is not the kernel's.
  var codeTextOffset: UInt32?
  /// The words of the size tag; nil for a header without a table.
  var tagWords: Int? = 6
  var link: UInt32 = 0
  var image = SyntheticImage()
  /// Tags in front of the size tag.
  var otherTags: [[UInt32]] = []
  var sizePointer: UInt32?
  var heap: UInt32 = 0x20000
  /// Bytes behind the end that the header states.
  var trailing: [UInt8] = []

  static let codeOffset = 0x44
  static let tableOffset = 0x80
  var payloadOffset = 0x123
  /// What stands in place of the compressed kernel, its size word included.
  var payload: [UInt8]?

  func bytes() -> [UInt8] {
    var image = image
    image.isBigEndian = order != .little
    let payload = payload ?? Builder.gzip(image.bytes())
    let isBE32 = order == .be32
    let end = UInt32(payloadOffset + payload.count)
    var builder = Builder(isBigEndian: isBE32)
    for _ in 0..<7 { builder.word(0xe1a0_0000) }
    builder.word(isThumb ? 0xe24f_f003 : 0xe1a0_0000)
    if isEFI { builder.bytes.replaceSubrange(0..<4, with: [0x4d, 0x5a, 0x25, 0xe2]) }
    builder.word(0xea00_0006)
    builder.word(0x016f_2818)
    builder.word(link)
    // Zeros behind the payload, as the sections behind it leave them.
    builder.word(link + end + 29)
    builder.bytes += Builder.word(0x0403_0201, isBigEndian: order != .little)
    builder.word(tagWords == nil ? 0 : 0x4545_4545)
    builder.word(tagWords == nil ? 0 : UInt32(Self.tableOffset))
    while builder.bytes.count < Self.codeOffset { builder.bytes.append(0) }
    if hasCode { builder.bytes += windowCode(isBigEndian: isBE32) }
    while builder.bytes.count < Self.tableOffset { builder.bytes.append(0) }
    if let tagWords {
      for tag in otherTags { for word in tag { builder.word(word) } }
      let words: [UInt32] = [
        UInt32(tagWords), 0x5a53_4c4b, sizePointer ?? end - 4, image.bssBytes, image.textOffset,
        heap,
      ]
      for word in words.prefix(max(2, tagWords)) { builder.word(word) }
      builder.word(0)
    }
    while builder.bytes.count < payloadOffset { builder.bytes.append(0) }
    builder.bytes += payload
    builder.bytes += [UInt8](repeating: 0, count: 29)
    return builder.bytes + trailing
  }

  /// The code that adds T to the start of the window: mov r0, pc; and r0, r0, #0xf8000000;
  /// add r4, r0, #T.
  private func windowCode(isBigEndian: Bool) -> [UInt8] {
    let text = codeTextOffset ?? image.textOffset
    guard isThumb else {
      return [0xe1a0_000f, 0xe200_033e, 0xe280_4900 | text >> 14].flatMap {
        Builder.word($0, isBigEndian: isBigEndian)
      }
    }
    // The immediate: the highest bit is implied, the other seven are turned right.
    let turn = UInt32(8 + text.leadingZeroBitCount)
    let plain = turn << 7 | (text >> (32 - turn)) & 0x7f
    let halves: [UInt32] = [
      0x4678, 0xf000, 0x4078, 0xf100 | (plain >> 11) << 10,
      (plain >> 8 & 7) << 12 | 0x400 | plain & 0xff,
    ]
    return halves.flatMap { half -> [UInt8] in
      let bytes = [UInt8(truncatingIfNeeded: half), UInt8(truncatingIfNeeded: half >> 8)]
      return isBigEndian ? bytes.reversed() : bytes
    }
  }
}

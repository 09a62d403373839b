// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The facts about a decompressor that the code in front of a zImage's payload shows. Each is nil
/// when its instructions were not found.
///
/// Source: arch/arm/boot/compressed/head.S (v4.9 and v6.1): the order of instructions between
/// `restart` and `wont_overwrite`, and the words at LC0 and LC1. Checked against the symbols of
/// decompressors built from v6.1.
struct DecompressorCode: Hashable {
  /// The offset of `restart`, the first instruction that is copied when the code moves itself.
  var restart: UInt64?
  /// The offset of `wont_overwrite`.
  var wontOverwrite: UInt64?
  /// R, the room between the inflated kernel and the moved decompressor (docs/footprint.md).
  var relocationBump: UInt64?
  /// Whether the kernel goes to the 128 MiB window the code runs in.
  var usesWindow = false
  /// The address the kernel goes to when it is fixed.
  var fixedDestination: UInt64?
  /// T, as the decompressor adds it to the start of the window (docs/footprint.md).
  var textOffset: UInt64?
  /// The offset of the word that holds I (docs/footprint.md).
  var sizeWordOffset: UInt64?
  /// The bytes between the end of the zImage and the decompressor's stack.
  var bssBytes: UInt64?
  /// The heap, as the decompressor adds it to the end of the stack.
  var heapBytes: UInt64?
  /// Whether ATAGs are merged into an appended DTB; nil when `restart` was not found.
  var mergesATAGs: Bool?
  /// The end of the zImage that the code was linked for, when the header has another one.
  var otherEnd: UInt64?

  /// The part of a zImage that is searched for code.
  static let codeLimit = 64 << 10
  /// The decompressor's stack.
  static let stackBytes: UInt64 = 4096
  /// The largest BSS of a decompressor that is accepted.
  static let bssLimit: UInt64 = 1 << 20

  /// Whether the words with the end of the zImage were found.
  var tellsEnd: Bool { bssBytes != nil || otherEnd != nil }

  /// Reads the code.
  ///
  /// `file` begins with the zImage.
  init(_ file: Span<UInt8>, _ header: ZImageHeader) {
    let limit = min(file.count, Self.codeLimit, Int(clamping: header.byteCount))
    let code = CodeReader(ByteReader(file), header: header, limit: limit)
    if header.isThumb2 {
      readThumb(code)
    } else {
      readARM(code)
    }
  }

  /// Takes the words at LC1: the distances from it to the stack's end and to the zImage's end.
  mutating func takeOffsets(at label: Int, _ code: borrowing CodeReader) {
    guard let stack = code.literal(at: label), let end = code.literal(at: label + 4) else { return }
    takeEnds(zImage: UInt64(label) + UInt64(end), stack: UInt64(label) + UInt64(stack), code)
  }

  /// Takes the words at LC0 as kernels before about v5.8 have them: addresses as linked.
  mutating func takeAddresses(at label: Int, _ code: borrowing CodeReader) {
    guard let own = code.literal(at: label), own >= UInt32(clamping: label),
      let end = code.literal(at: label + 12), let word = code.literal(at: label + 16),
      let stack = code.literal(at: label + 28)
    else { return }
    let start = UInt64(own) - UInt64(label)
    guard UInt64(end) >= start, UInt64(stack) >= start else { return }
    let isOurs = takeEnds(zImage: UInt64(end) - start, stack: UInt64(stack) - start, code)
    if isOurs, UInt64(word) >= start { takeSizeWord(UInt64(word) - start, code) }
  }

  /// Takes the word that holds the distance from itself to the word that holds I
  /// (docs/footprint.md).
  mutating func takeSizeWordDistance(at label: Int, _ code: borrowing CodeReader) {
    guard let distance = code.literal(at: label) else { return }
    takeSizeWord(UInt64(label) + UInt64(distance), code)
  }

  private mutating func takeSizeWord(_ offset: UInt64, _ code: borrowing CodeReader) {
    guard code.imageBytes >= 4, offset <= code.imageBytes - 4 else { return }
    sizeWordOffset = offset
  }

  /// Takes the offsets behind the zImage and behind the stack. Returns whether the zImage ends
  /// where its header says.
  @discardableResult
  private mutating func takeEnds(
    zImage end: UInt64, stack: UInt64, _ code: borrowing CodeReader
  ) -> Bool {
    let least = end + Self.stackBytes
    guard stack >= least, stack - least <= Self.bssLimit, end > UInt64(ZImageHeader.magicOffset)
    else { return false }
    guard end == code.imageBytes else {
      otherEnd = end
      return false
    }
    bssBytes = stack - least
    return true
  }
}

/// Reads instructions and the words between them out of a zImage.
struct CodeReader: ~Escapable, Copyable {
  private let code: OrderedReader
  private let data: OrderedReader
  /// The address the zImage was linked at.
  let start: UInt64
  /// Z, the length of the zImage (docs/footprint.md).
  let imageBytes: UInt64
  /// Code is searched before this offset.
  let limit: Int

  @_lifetime(copy reader)
  init(_ reader: ByteReader, header: ZImageHeader, limit: Int) {
    code = OrderedReader(reader, isBigEndian: header.variant == .be32)
    data = OrderedReader(reader, isBigEndian: header.variant != .littleEndian)
    start = header.start
    imageBytes = header.byteCount
    self.limit = limit
  }

  /// The ARM instruction at an offset; 0 beyond the end, which is no wanted instruction.
  func instruction(at offset: Int) -> UInt32 { code.word(at: offset) ?? 0 }

  /// Finds the next ARM instruction before ``limit`` with a certain highest byte.
  func nextInstruction(beginningWith high: UInt8, from: Int) -> Int? {
    let bytes = code.reader.bytes
    let offset = code.isBigEndian ? 0 : 3
    let last = min(limit, bytes.count - 3) + offset
    var at = max(from, 0) + offset
    // Four words in a turn: most are not wanted.
    while at &+ 12 < last {
      if unsafe bytes[unchecked: at] == high || bytes[unchecked: at &+ 4] == high
        || bytes[unchecked: at &+ 8] == high || bytes[unchecked: at &+ 12] == high
      {
        break
      }
      at &+= 16
    }
    while at < last {
      if unsafe bytes[unchecked: at] == high { return at - offset }
      at &+= 4
    }
    return nil
  }

  /// The Thumb halfword at an offset; 0 beyond the end.
  func halfword(at offset: Int) -> UInt16 { code.half(at: offset) ?? 0 }

  /// The data word at an offset.
  func literal(at offset: Int) -> UInt32? { data.word(at: offset) }
}

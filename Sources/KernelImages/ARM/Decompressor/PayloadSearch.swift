// SPDX-License-Identifier: Apache-2.0
import Digests
import Inflation
import PhysicalMemory

/// The place of a compressed kernel in a zImage.
struct PayloadPlace {
  /// The compression; nil when it is unknown.
  let compression: Compression?
  /// The offset of the first byte; nil when it is unknown.
  let offset: Int?
  /// The offset behind the last byte, the size word included.
  let end: Int
}

/// The compressed kernel in a zImage.
struct Payload {
  let compression: Compression
  /// The offset of the first byte.
  let offset: Int
  /// The offset behind the last byte, the size word included.
  private(set) var end: Int
  /// The length of the stream, without a size word that was appended to it.
  private(set) var streamBytes: Int
  /// The word that the decompressor reads I from (docs/footprint.md).
  private(set) var sizeWord: UInt64?
  /// The first bytes of the inflated kernel.
  let head: [UInt8]
  /// The scan of the inflated kernel, if finding the payload took inflating all of it.
  var scan: InflatedImageScan?

  var place: PayloadPlace {
    PayloadPlace(compression: compression, offset: offset, end: end)
  }

  /// Whether the size word is appended. In gzip it is the last word of the stream itself.
  ///
  /// Source: scripts/Makefile.lib (v6.1), `size_append`.
  static func hasAppendedWord(_ compression: Compression) -> Bool { compression != .gzip }

  /// Sets another length of the stream, and reads the size word at its new place.
  mutating func end(after streamBytes: Int, in zImage: Span<UInt8>) {
    let streamEnd = offset + streamBytes
    let word = Self.hasAppendedWord(compression) ? streamEnd : streamEnd - 4
    self.streamBytes = streamBytes
    end = min(zImage.count, word + 4)
    sizeWord = ByteReader(zImage).littleEndian32(at: word).map { UInt64($0) }
  }
}

/// A part that looks like a payload but cannot be inflated.
struct FailedPayload {
  let compression: Compression
  /// The offset of the first byte.
  let offset: Int
  let cause: InflationError

  /// Keeps the most useful failure: the first for which the payload need not be at fault.
  static func note(
    _ cause: InflationError, _ compression: Compression, _ offset: Int, in failed: inout Self?
  ) {
    if let failed, failed.cause.isLimit || !cause.isLimit { return }
    failed = Self(compression: compression, offset: offset, cause: cause)
  }
}

/// Finds the compressed kernel in a zImage. Magic numbers also stand in the decompressor's tables
/// and, by chance, in the payload: a hit counts only when the data behind it have the right form.
struct PayloadSearch {
  /// The number of bytes that a hit must inflate to.
  static let headBytes = ImageHead.byteLimit
  /// The length of a head that confirms the size word of most kernels. In their code the check for
  /// long descriptors stands before the words that confirm it. Each byte of xz takes more than a
  /// hundred instructions.
  static let shortHeadBytes = 448
  /// The lower bound of I (docs/footprint.md).
  static let leastInflated: UInt64 = 0x8000
  /// The most hits of the right form that are tried; a real zImage has one or two.
  private static let mostAttempts = 64

  /// Finds the payload that ends at a known place.
  ///
  /// `end` is the offset behind the size word.
  /// `headBytes` is the length of the kernel's head that is inflated.
  /// `failed` is the part that could not be inflated, if there was one.
  static func find(
    _ image: Span<UInt8>, endingAt end: Int, headBytes: Int, _ failed: inout FailedPayload?
  ) -> Payload? {
    guard end <= image.count, let word = ByteReader(image).littleEndian32(at: end - 4) else {
      return nil
    }
    var from = ZImageHeader.magicOffset + 4
    // The index of an xz stream says where the stream begins.
    if let index = XZIndex(image, endingAt: end - 4) { from = max(from, index.start) }
    var attempts = 0
    while attempts < mostAttempts, let (compression, offset) = candidate(image, from: from) {
      from = offset + 1
      let streamEnd = Payload.hasAppendedWord(compression) ? end - 4 : end
      guard streamEnd - offset > 16 else { return nil }
      let stream = image.extracting(offset..<streamEnd)
      guard hasRightForm(stream, compression, isWhole: true) else { continue }
      attempts += 1
      do throws(InflationError) {
        let head = try inflatePrefix(stream, compression, count: headBytes)
        guard head.count >= headBytes else { continue }
        return Payload(
          compression: compression, offset: offset, end: end, streamBytes: streamEnd - offset,
          sizeWord: UInt64(word), head: head)
      } catch {
        FailedPayload.note(error, compression, offset, in: &failed)
      }
    }
    return nil
  }

  /// Finds the payload by inflating candidates to their end.
  ///
  /// `order` is the byte order of the kernel's data.
  /// `left` is the most bytes that all attempts together may yield; each attempt lowers it.
  /// `failed` is the part that could not be inflated, if there was one.
  static func find(
    _ image: Span<UInt8>, _ order: InflatedImageScan.ByteOrder, allowance left: inout UInt64,
    _ failed: inout FailedPayload?
  ) -> Payload? {
    let reader = ByteReader(image)
    var from = ZImageHeader.magicOffset + 4
    var attempts = 0
    while attempts < mostAttempts, let (compression, offset) = candidate(image, from: from) {
      from = offset + 1
      let stream = image.extracting(offset..<image.count)
      guard hasRightForm(stream, compression, isWhole: false) else { continue }
      attempts += 1
      var scan = InflatedImageScan(expected: nil, order: order)
      do throws(InflationError) {
        let head = try inflatePrefix(stream, compression, count: headBytes)
        guard head.count >= headBytes else { continue }
        let inflated = try Inflation.inflate(stream, as: compression, limit: left) { chunk in
          scan.take(chunk)
          return true
        }
        left -= min(left, inflated.produced)
        guard inflated.produced >= leastInflated else { continue }
        let streamEnd = offset + inflated.consumed
        let appended = Payload.hasAppendedWord(compression)
        let word = reader.littleEndian32(at: appended ? streamEnd : streamEnd - 4)
        return Payload(
          compression: compression, offset: offset,
          end: min(image.count, appended ? streamEnd + 4 : streamEnd),
          streamBytes: inflated.consumed, sizeWord: word.map { UInt64($0) }, head: head,
          scan: scan)
      } catch {
        FailedPayload.note(error, compression, offset, in: &failed)
        // The head is too short to count.
        left -= min(left, scan.count)
        // An attempt that used up the allowance leaves none for others.
        if left == 0 { return nil }
      }
    }
    return nil
  }

  /// Finds the next place with the first bytes of a compression.
  private static func candidate(
    _ image: Span<UInt8>, from: Int
  ) -> (Compression, Int)? {
    let reader = ByteReader(image)
    var at = from
    while at < image.count - 16 {
      let compression: Compression
      switch image[at] {
      case 0x1f: compression = .gzip
      case 0xfd: compression = .xz
      case 0x5d: compression = .lzma
      case 0x89: compression = .lzo
      case 0x02: compression = .lz4
      case 0x28: compression = .zstd
      case 0x42: compression = .bzip2
      default:
        at += 1
        continue
      }
      if reader.matches(compression.magic, at: at) { return (compression, at) }
      at += 1
    }
    return nil
  }

  /// Whether a hit may be a payload.
  ///
  /// `isWhole` says whether the stream ends with the bytes.
  private static func hasRightForm(
    _ stream: Span<UInt8>, _ compression: Compression, isWhole: Bool
  ) -> Bool {
    let reader = ByteReader(stream)
    switch compression {
    case .gzip:
      guard let flags = reader.byte(at: 3) else { return false }
      return flags & 0xe0 == 0
    case .xz:
      // Source: The .xz File Format 1.1.0, 2.1.1: the CRC of the two flag bytes.
      guard let stored = reader.littleEndian32(at: 8), let flags = reader.slice(6, 2),
        CRC32.checksum(flags) == stored
      else { return false }
      return !isWhole || reader.matches([0x59, 0x5a], at: stream.count - 2)
    case .lz4:
      return !isWhole || blocksFill(reader)
    default:
      return Compression.detect(stream) == compression
    }
  }

  /// Whether the blocks of a legacy lz4 frame fill the bytes exactly.
  private static func blocksFill(_ reader: ByteReader) -> Bool {
    var at = 4
    // Each turn advances by four bytes or more.
    while at < reader.count {
      guard let length = reader.littleEndian32(at: at),
        let range = SafeRange(UInt64(at) + 4, UInt64(length), within: reader.count), length > 0
      else { return false }
      at = range.offset + range.count
    }
    return at == reader.count
  }
}

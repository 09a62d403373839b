// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// The end of a compressed archive and its unpacked size, from its own headers. Many compressions
/// state them, so that nothing need be inflated.
struct StreamExtent {
  /// The bytes of the stream.
  var byteCount: Int
  /// The unpacked size, or an upper bound of it.
  var unpackedBytes: UInt64
  /// Whether the unpacked size is exact.
  var isExact: Bool

  /// Walks the headers; nil when only inflating shows it, or when they are damaged.
  static func of(_ bytes: Span<UInt8>, _ compression: Compression) -> Self? {
    let reader = ByteReader(bytes)
    switch compression {
    case .xz: return xz(reader)
    case .lzo: return lzo(reader)
    case .lz4: return lz4(reader)
    case .zstd: return zstd(reader)
    case .gzip, .lzma, .bzip2: return nil
    }
  }

  /// The assumed upper bound of a stream's unpacked size until it is inflated.
  ///
  /// No format states the size at a trustworthy place. Archives of programs unpack to three to six
  /// times their compressed size; where this decides a plan, the bytes are counted.
  static func assumed(_ bytes: Span<UInt8>, _ compression: Compression) -> UInt64 {
    let reader = ByteReader(bytes)
    let usual = saturatingProduct(UInt64(bytes.count), 8)
    switch compression {
    case .gzip:
      // The last word may be that of a lone member. Then the stream is hardly larger than its
      // unpacked size, and no smaller than a 1032nd of it.
      let count = UInt64(bytes.count)
      let last = UInt64(reader.littleEndian32(at: bytes.count - 4) ?? 0)
      guard last >= count - count / 64, last <= saturatingProduct(count, 1032) else { return usual }
      return max(last, saturatingProduct(count, 3))
    case .lzma:
      let told = reader.littleEndian64(at: 5) ?? .max
      return told == .max ? 2 * usual : max(told, usual)
    default: return 2 * usual
    }
  }

  /// The index before the footer states both, if the stream ends with the file.
  private static func xz(_ reader: ByteReader) -> Self? {
    var end = reader.count
    while end > 0, reader.byte(at: end - 1) == 0 { end -= 1 }
    guard let stream = XZIndex(reader.bytes, endingAt: end), stream.start == 0 else {
      return nil
    }
    return Self(byteCount: end, unpackedBytes: stream.outputBytes, isExact: true)
  }

  /// Source: lib/decompress_unlzo.c (v6.1), parse_header: the name stands behind 33 bytes, a checksum
  /// behind the name; unlzo: the two lengths of a block, one checksum, the block.
  private static func lzo(_ reader: ByteReader) -> Self? {
    guard let nameLength = reader.byte(at: 33) else { return nil }
    var extent = Self(byteCount: 34 + Int(nameLength) + 4, unpackedBytes: 0, isExact: true)
    // Each turn passes at least four bytes.
    while let output = reader.bigEndian32(at: extent.byteCount) {
      if output == 0 {
        extent.byteCount += 4
        return extent
      }
      guard output <= 256 << 10, let input = reader.bigEndian32(at: extent.byteCount + 4),
        input > 0, input <= output, reader.holds(extent.byteCount + 12, Int(input))
      else { return nil }
      extent.byteCount += 12 + Int(input)
      extent.unpackedBytes += UInt64(output)
    }
    return nil
  }

  /// Each block is of 8 MiB, except the last. The stream ends with the file, before a word of
  /// zeros, or before less than a word.
  ///
  /// Source: lib/decompress_unlz4.c (v6.1).
  private static func lz4(_ reader: ByteReader) -> Self? {
    var extent = Self(byteCount: 4, unpackedBytes: 0, isExact: false)
    // Each turn passes a word.
    while let word = reader.littleEndian32(at: extent.byteCount), word != 0 {
      extent.byteCount += 4
      if word == 0x184c_2102 { continue }
      guard let length = Int(exactly: word), reader.holds(extent.byteCount, length) else {
        return nil
      }
      extent.byteCount += length
      extent.unpackedBytes += 8 << 20
    }
    return extent
  }

  /// A block yields at most 128 KiB.
  ///
  /// Source: RFC 8878 sections 3.1.1.1 (frame header), 3.1.1.2 (blocks).
  private static func zstd(_ reader: ByteReader) -> Self? {
    guard let descriptor = reader.byte(at: 4) else { return nil }
    let isSingle = descriptor & 0x20 != 0
    let sizes: [Int] = [isSingle ? 1 : 0, 2, 4, 8]
    let dictionaries: [Int] = [0, 1, 2, 4]
    var extent = Self(
      byteCount: 5 + (isSingle ? 0 : 1) + dictionaries[Int(descriptor & 3)]
        + sizes[Int(descriptor >> 6)],
      unpackedBytes: 0, isExact: false)
    // Each turn passes the three bytes of a block's header.
    while let low = reader.littleEndian16(at: extent.byteCount),
      let high = reader.byte(at: extent.byteCount + 2)
    {
      let header = UInt32(high) << 16 | UInt32(low)
      let size = Int(header >> 3)
      // A block that repeats one byte has one byte.
      let taken = header >> 1 & 3 == 1 ? 1 : size
      guard size <= 128 << 10, header >> 1 & 3 != 3, reader.holds(extent.byteCount + 3, taken)
      else { return nil }
      extent.byteCount += 3 + taken
      extent.unpackedBytes += header >> 1 & 3 == 2 ? 128 << 10 : UInt64(size)
      if header & 1 != 0 {
        extent.byteCount += descriptor & 4 != 0 ? 4 : 0
        return reader.holds(extent.byteCount, 0) ? extent : nil
      }
    }
    return nil
  }
}

/// Multiplies two numbers; a product that does not fit gives the largest number.
private func saturatingProduct(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let (product, overflow) = left.multipliedReportingOverflow(by: right)
  return overflow ? .max : product
}

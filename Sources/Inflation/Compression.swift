// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The compressions of kernels, initrds and their wrappers.
public enum Compression: String, Sendable, CaseIterable, Hashable {
  case gzip, xz, lzma, lzo, lz4, zstd, bzip2

  /// The first bytes of a stream; for lz4 those of the legacy frame, which kernels use.
  ///
  /// Source: RFC 1952 section 2.3.1 (with method 8); The .xz File Format 1.1.0 section 2.1.1.1;
  /// lzma and lzop payloads and the lz4 legacy frame as in Linux 6.1 lib/decompress.c and
  /// lib/decompress_unlz4.c; RFC 8878 section 3.1.1.
  public var magic: [UInt8] {
    switch self {
    case .gzip: [0x1f, 0x8b, 0x08]
    case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
    case .lzma: [0x5d, 0x00, 0x00]
    case .lzo: [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a]
    case .lz4: [0x02, 0x21, 0x4c, 0x18]
    case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
    case .bzip2: [0x42, 0x5a, 0x68]
    }
  }

  /// The first bytes of an lz4 frame that is not the legacy one.
  ///
  /// Source: LZ4 Frame Format Description 1.6.3, "General Structure of LZ4 Frame format".
  static let lz4FrameMagic: [UInt8] = [0x04, 0x22, 0x4d, 0x18]

  /// Recognises a compression by the bytes at the beginning, or gives nil.
  ///
  /// lzma-alone has no real magic: its whole header must be plausible, and 14 bytes must be there.
  public static func detect(_ bytes: Span<UInt8>) -> Compression? {
    let reader = ByteReader(bytes)
    if reader.matches(lz4FrameMagic, at: 0) { return .lz4 }
    for compression in allCases where reader.matches(compression.magic, at: 0) {
      switch compression {
      case .lzma:
        // The first byte of the range coder behind the header is always 0.
        if reader.byte(at: 13) == 0, hasPlausibleLZMAHeader(reader) { return .lzma }
      case .bzip2:
        if let level = reader.byte(at: 3), (0x31...0x39).contains(level) { return .bzip2 }
      default:
        return compression
      }
    }
    return nil
  }

  /// Whether the first 13 bytes of an lzma-alone header are plausible.
  ///
  /// `xz` refuses the same headers; liblzma by itself does not.
  ///
  /// Source: XZ Utils 5.4 doc/lzma-file-format.txt sections 1.1.2 and 1.1.3: dictionaries of 2^n or
  /// 2^n + 2^(n-1) bytes, a known size or all ones.
  static func hasPlausibleLZMAHeader(_ reader: ByteReader) -> Bool {
    if let dictionary = reader.littleEndian32(at: 1) {
      let isOneBit = dictionary.nonzeroBitCount == 1
      let isTwoBits =
        dictionary.nonzeroBitCount == 2
        && dictionary.leadingZeroBitCount + dictionary.trailingZeroBitCount == 30
      guard isOneBit || isTwoBits || dictionary == .max else { return false }
    }
    guard let size = reader.littleEndian64(at: 5) else { return true }
    return size == .max || size < 1 << 38
  }
}

// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// Checks the head of a compressed archive against the kernel's decoder for it.
///
/// The kernel's decoders are older or smaller than the libraries, and accept less. They are
/// unchanged from Linux 4.19 on unless a version is named.
struct StreamHead {
  /// The reason for decoders to stop; nil when none is known.
  var fault: UnpackingFault?
  /// The memory that the decoder needs for its dictionary and output, in bytes.
  var decoderBytes: UInt64 = 0

  /// Reads the first bytes of a stream; `offset` is its place in the initrd.
  init(_ bytes: Span<UInt8>, _ compression: Compression, at offset: Int) {
    let reader = ByteReader(bytes)
    switch compression {
    case .gzip: gzip(reader, offset)
    case .xz: xz(reader, offset)
    case .lzma: decoderBytes = Self.lzmaDictionary(reader)
    case .lzo: lzo(reader, offset)
    case .lz4: lz4(reader, offset)
    case .zstd: zstd(reader, offset)
    // Source: lib/decompress_bunzip2.c (v6.1), start_bunzip: words for blocks of 900 kB.
    case .bzip2: decoderBytes = 3_600_000
    }
  }

  private mutating func refuse(
    _ offset: Int, _ what: String, _ hint: String, _ kernels: UnpackingFault.Kernels = .all
  ) {
    if fault == nil { fault = UnpackingFault(kernels, at: offset, what, hint: hint) }
  }

  /// The kernel skips ten bytes and a name; it reads other fields as data.
  ///
  /// Source: lib/decompress_inflate.c (v6.1), __gunzip; RFC 1952 section 2.3.1 (flags).
  private mutating func gzip(_ reader: ByteReader, _ offset: Int) {
    if let flags = reader.byte(at: 3), flags & 0xf6 != 0 {
      refuse(offset, "gzip data with further fields in its header", "pack it with gzip -n")
    }
  }

  /// The kernel decodes a stream with a dictionary of the stated size. It supports no check or
  /// CRC32, and the filter LZMA2, alone or behind one for machine code that begins at 0.
  ///
  /// Source: lib/xz/xz_dec_stream.c, dec_stream_header and dec_block_header; xz_dec_lzma2.c,
  /// xz_dec_lzma2_reset; lib/decompress_unxz.c (v6.1); lib/xz/Kconfig (v6.1; ARM64 and RISCV since
  /// v6.12, IA64 until v6.11); The .xz File Format 1.1.0, 3.1 and 5.3.
  private mutating func xz(_ reader: ByteReader, _ offset: Int) {
    let again = "pack it with xz --check=crc32"
    guard let check = reader.byte(at: 7), let size = reader.byte(at: 12), size > 0 else { return }
    if check & 0xf > 1 {
      let name = check & 0xf == 4 ? "CRC64" : check & 0xf == 10 ? "SHA-256" : "another check"
      refuse(offset, "xz data checked by " + name, again)
    }
    guard let flags = reader.byte(at: 13) else { return }
    var at = 14
    for bit: UInt8 in [0x40, 0x80] where flags & bit != 0 {
      while let byte = reader.byte(at: at), byte & 0x80 != 0 { at += 1 }
      at += 1
    }
    if flags & 3 > 1 { refuse(offset, "xz data with more than two filters", again) }
    if flags & 3 == 1, let filter = reader.byte(at: at) {
      switch filter {
      case 7, 8: break
      case 4: needs("X86", offset)
      case 5: needs("POWERPC", offset)
      case 6: needs("IA64", offset)
      case 9: needs("SPARC", offset)
      case 0xa, 0xb:
        refuse(offset, "xz data with a filter of 2022", again, .before(major: 6, minor: 12))
      default: refuse(offset, "xz data with another filter", again)
      }
      if reader.byte(at: at + 1) != 0 {
        refuse(offset, "xz data with a filter that is set up", again)
      }
      at += 2
    }
    if flags & 3 < 2, reader.byte(at: at) == 0x21, let code = reader.byte(at: at + 2) {
      if code > 39 { return refuse(offset, "xz data with a dictionary of 4 GiB", again) }
      decoderBytes = UInt64(2 + code & 1) << (UInt64(code >> 1) + 11)
    }
  }

  private mutating func needs(_ filter: String, _ offset: Int) {
    refuse(
      offset, "xz data with the filter of other machines", "pack it with xz --check=crc32",
      .without(filter: filter))
  }

  /// Source: lib/decompress_unlzma.c (v6.1), unlzma: the dictionary, or the output where that is less.
  private static func lzmaDictionary(_ reader: ByteReader) -> UInt64 {
    min(UInt64(reader.littleEndian32(at: 1) ?? 0), reader.littleEndian64(at: 5) ?? .max)
  }

  /// The kernel skips one checksum before each block, whatever the header says.
  ///
  /// Source: lib/decompress_unlzo.c (v6.1); lzop 1.04 src/lzop.h: the flags stand behind magic, three
  /// versions, method and level.
  private mutating func lzo(_ reader: ByteReader, _ offset: Int) {
    decoderBytes = 256 << 10
    guard let flags = reader.bigEndian32(at: 17) else { return }
    if (flags & 0x101).nonzeroBitCount != 1 || flags & 0x202 != 0 {
      refuse(offset, "lzop data without one checksum a block", "pack it with lzop alone")
    }
  }

  /// Source: lib/decompress.c, compressed_formats; lib/decompress_unlz4.c (v6.1).
  private mutating func lz4(_ reader: ByteReader, _ offset: Int) {
    decoderBytes = 8 << 20
    if !reader.matches(Compression.lz4.magic, at: 0) {
      refuse(offset, "an lz4 frame", "pack it with lz4 -l")
    }
  }

  /// The kernel has zstd since 5.9, with windows of up to 128 MiB.
  ///
  /// Source: lib/decompress_unzstd.c (v6.1); include/linux/zstd_lib.h (v6.1),
  /// ZSTD_WINDOWLOG_LIMIT_DEFAULT, as ZSTD_WINDOWLOG_MAX of v5.10; RFC 8878 section 3.1.1.1.
  private mutating func zstd(_ reader: ByteReader, _ offset: Int) {
    guard let descriptor = reader.byte(at: 4) else { return }
    if descriptor & 3 != 0 {
      refuse(offset, "zstd data with a dictionary", "pack it without one")
    }
    if descriptor & 0x20 != 0 {
      // The window is the content, whose size follows.
      switch descriptor >> 6 {
      case 0: decoderBytes = UInt64(reader.byte(at: 5) ?? 0)
      case 1: decoderBytes = UInt64(reader.littleEndian16(at: 5) ?? 0) + 256
      case 2: decoderBytes = UInt64(reader.littleEndian32(at: 5) ?? 0)
      default: decoderBytes = reader.littleEndian64(at: 5) ?? 0
      }
    } else if let window = reader.byte(at: 5) {
      let base: UInt64 = 1 << (UInt64(window >> 3) + 10)
      decoderBytes = base + base / 8 * UInt64(window & 7)
    }
    if decoderBytes > 128 << 20 {
      refuse(offset, "zstd data with a window of more than 128 MiB", "pack it without --long")
    }
    refuse(offset, "zstd data", "pack it with gzip", .before(major: 5, minor: 9))
  }
}

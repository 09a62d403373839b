// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The header of a 32-bit ARM zImage.
///
/// Source: arch/arm/boot/compressed/head.S, vmlinux.lds.S and efi-header.S (v6.1).
struct ZImageHeader: Hashable {
  /// The byte order of words.
  enum Variant: Hashable {
    /// Little-endian.
    case littleEndian
    /// Big-endian data, little-endian code: ARMv6 and later.
    case be8
    /// Big-endian data and code.
    case be32
  }

  private(set) var variant: Variant
  /// The address the first byte was linked at.
  private(set) var start: UInt64
  /// Z, the length (docs/footprint.md); the file may be shorter.
  private(set) var byteCount: UInt64
  /// The offset of the size table, when the header names one.
  let tableOffset: UInt64?
  /// Whether the code is Thumb-2 after the header.
  let isThumb2: Bool
  /// Whether it is an EFI program as well.
  let isEFI: Bool

  /// The offset of the magic number, and of the end of the fields behind it.
  static let magicOffset = 0x24
  private static let leastBytes = 0x30

  /// Whether bytes begin with a zImage header.
  static func matches(_ bytes: Span<UInt8>) -> Bool { variant(of: ByteReader(bytes)) != nil }

  private static func variant(of reader: borrowing ByteReader) -> Variant? {
    guard let magic = reader.littleEndian32(at: magicOffset) else { return nil }
    // The flag is written in the byte order of data. Older kernels have code there.
    let flag = reader.littleEndian32(at: 0x30)
    switch magic {
    case 0x016f_2818: return flag == 0x0102_0304 ? .be8 : .littleEndian
    case 0x1828_6f01: return .be32
    default: return nil
    }
  }

  init(_ bytes: Span<UInt8>) throws(KernelImageError) {
    let reader = ByteReader(bytes)
    guard let variant = Self.variant(of: reader) else {
      throw .invalid(
        what: "zImage", field: "the magic number", offset: UInt64(Self.magicOffset),
        value: UInt64(reader.littleEndian32(at: Self.magicOffset) ?? 0))
    }
    self.variant = variant
    let words = OrderedReader(reader, isBigEndian: variant == .be32)
    guard let start = words.word(at: 0x28), let end = words.word(at: 0x2c) else {
      throw .truncated(
        what: "the zImage header", needed: UInt64(Self.leastBytes), present: UInt64(bytes.count))
    }
    guard end > start, end - start >= UInt32(Self.leastBytes) else {
      throw .invalid(what: "zImage", field: "the end address", offset: 0x2c, value: UInt64(end))
    }
    self.start = UInt64(start)
    byteCount = UInt64(end - start)
    tableOffset =
      words.word(at: 0x34) == 0x4545_4545 ? words.word(at: 0x38).map { UInt64($0) } : nil
    // The eighth instruction: `sub pc, pc, #3` goes on in Thumb state.
    let code = OrderedReader(reader, isBigEndian: variant == .be32)
    isThumb2 = code.word(at: 0x1c) == 0xe24f_f003
    isEFI = reader.matches([0x4d, 0x5a], at: 0)
  }

  /// The header with the other byte order of data, if the code does not decide it.
  var withOtherData: Self? {
    var other = self
    switch variant {
    case .littleEndian: other.variant = .be8
    case .be8: other.variant = .littleEndian
    case .be32: return nil
    }
    return other
  }

  /// The header with the end that the code was linked for. If the header has this end as an
  /// address, its start was wrong.
  func ending(at end: UInt64) -> Self {
    var other = self
    if start + byteCount == end { other.start = 0 }
    other.byteCount = end
    return other
  }
}

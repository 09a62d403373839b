// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A zImage with another header in front, made for loaders that trust the size table, or that only
/// multiply the length of the file.
///
/// One page stands in front of the unchanged zImage. Its first word is a branch to the zImage; the
/// rest is a zImage header, a size table and our own tag. The branch changes no register, no memory
/// and no CPU mode. So the zImage finds everything as the loader left it, as if it had been loaded
/// a page further on. An appended device tree stays right behind it. Zeros follow, so that four
/// times the file covers the memory that is touched.
///
/// It is not a bundle: the decompressor still runs where the loader puts the file, and still writes
/// to the same places. Only the loader gets correct figures. So it can hold no device tree, initrd
/// or command line, and it helps only with loaders that use the table or the length.
public struct RetaggedZImage: Sendable, Hashable {
  /// Where the zImage inside begins.
  public let innerOffset: UInt32
  /// The length of the zImage inside, with the bytes appended to it.
  public let innerBytes: UInt32
  /// The length of the file.
  public let fileBytes: UInt32
  /// S, the bytes from the start of the file on that may be touched (docs/bundle.md).
  public let reachBytes: UInt32

  /// The tag that locates the zImage inside: `KXRT`.
  static let tag: UInt32 = 0x5452_584b
  static let tagWords: UInt32 = 6
  static let version: UInt32 = 1
  /// The offset of the tags, behind the header.
  static let tableOffset: UInt32 = 0x40
  /// The offset of the size word, behind the tags.
  static let sizeWordOffset: UInt32 = 0x7c

  /// Whether bytes are a zImage with our tag, valid or not.
  public static func isPresent(in bytes: Span<UInt8>) -> Bool {
    let reader = ByteReader(bytes)
    return reader.littleEndian32(at: BundleFormat.headerMagicOffset) == BundleFormat.headerMagic
      && reader.littleEndian32(at: BundleFormat.headerSecondMagicOffset)
        == BundleFormat.headerSecondMagic
      && reader.littleEndian32(at: BundleFormat.headerTableOffset) == tableOffset
      && reader.littleEndian32(at: Int(tableOffset) + 28) == tag
  }

  /// Reads the header of a file.
  ///
  /// - Parameter bytes: The file, for which ``isPresent(in:)`` is true.
  /// - Throws: ``BundleError`` when a part is malformed.
  public init(_ bytes: Span<UInt8>) throws(BundleError) {
    let reader = ByteReader(bytes)
    let at = Int(Self.tableOffset) + 24
    let (tagWords, version) = (Self.tagWords, Self.version)
    guard Self.isPresent(in: bytes) else { throw .noTag(table: Self.tableOffset) }
    func word(_ index: Int) -> UInt32 { reader.littleEndian32(at: at + 4 * index) ?? 0 }
    func refused(_ field: BundleField, _ index: Int, _ bound: UInt32) -> BundleError {
      .field(field, offset: UInt32(clamping: at + 4 * index), found: word(index), bound: bound)
    }
    guard word(0) == tagWords else { throw refused(.tagSize, 0, tagWords) }
    guard word(2) == version else { throw refused(.tagVersion, 2, version) }
    let end = reader.littleEndian32(at: BundleFormat.headerEndOffset) ?? 0
    guard UInt64(end) <= UInt64(bytes.count) else {
      throw .truncated(.retagged, needed: UInt64(end), present: UInt64(bytes.count))
    }
    guard word(3) == BundleFormat.pageBytes, word(3) < end else {
      throw refused(.innerOffset, 3, BundleFormat.pageBytes)
    }
    guard word(4) >= UInt32(BundleFormat.headerBytes), word(4) <= end - word(3) else {
      throw refused(.innerBytes, 4, end - word(3))
    }
    innerOffset = word(3)
    innerBytes = word(4)
    fileBytes = end
    reachBytes = word(5)
  }

  /// Puts the page in front of a zImage.
  ///
  /// - Parameters:
  ///   - zImage: A little-endian zImage, and the bytes appended to it.
  ///   - reach: S, counted from the new first byte on (docs/bundle.md).
  /// - Returns: The file.
  /// - Throws: ``BundleError``
  public static func write(
    _ zImage: Span<UInt8>, reach: UInt64
  ) throws(BundleError) -> [UInt8] {
    let page = UInt64(BundleFormat.pageBytes)
    let inner = UInt64(zImage.count)
    guard inner < 1 << 30, reach < 1 << 31 else {
      throw .tooLarge(.retagged, bytes: max(inner, reach), limit: 1 << 30)
    }
    let length = fileBytes(inner: inner, reach: reach)
    // The table states S unambiguously: see WrapperSize.
    let bss = (length + WrapperSize.loaderExtra + page - 1) & ~(page - 1)
    let size = max((reach + page - 1) & ~(page - 1), bss + 0x8000)
    var bytes = LittleEndianBytes()
    bytes.reserve(Int(clamping: length))
    // b to the zImage: the offset counts words from two instructions further on.
    bytes.append(0xea00_0000 | (UInt32(page) - 8) >> 2)
    // mov r0, r0 in the seven words behind, as in every zImage.
    for _ in 1..<9 { bytes.append(UInt32(0xe1a0_0000)) }
    for word in [
      BundleFormat.headerMagic, 0, UInt32(length), BundleFormat.headerOrder,
      BundleFormat.headerSecondMagic, tableOffset, 0,
      BundleFormat.sizeTagWords, BundleFormat.sizeTag, sizeWordOffset, UInt32(bss), 0x8000,
      0x1_0000,
      tagWords, tag, version, UInt32(page), UInt32(inner), UInt32(size),
      0,
    ] {
      bytes.append(word)
    }
    bytes.pad(to: UInt64(sizeWordOffset))
    bytes.append(UInt32(size - bss))
    bytes.pad(to: page)
    bytes.append(zImage)
    bytes.pad(to: length)
    return bytes.bytes
  }

  /// The length of the file: the page, the zImage, at least one word of zeros (so that the
  /// decompressor finds no device tree behind it), and so many more that four times the file covers
  /// the memory that is touched.
  ///
  /// Loaders that multiply count from 32 KiB below the file (kexec-tools before June 2016).
  public static func fileBytes(inner: UInt64, reach: UInt64) -> UInt64 {
    let page = UInt64(BundleFormat.pageBytes)
    let least = max(page + inner + 4, (reach + 0x8000 + 3) / 4)
    return (least + page - 1) & ~(page - 1)
  }
}

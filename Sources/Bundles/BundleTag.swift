// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The tag table of a bundle: the wrapper's size for loaders, and our own tag.
public struct BundleTag: Sendable, Hashable {
  /// The offset of our tag.
  public let offset: UInt32
  /// The offset of the manifest.
  public let manifestOffset: UInt32
  /// The length of the manifest.
  public let manifestBytes: UInt32
  /// The inflated size of the kernel inside, without BSS.
  public let innerInflatedBytes: UInt32
  /// The BSS of the kernel inside.
  public let innerBSSBytes: UInt32
  /// TEXT_OFFSET of the kernel inside.
  public let innerTextOffset: UInt32
  /// The flags, the same as in the manifest.
  public let flags: BundleFlags
  /// The offset of the first segment's bytes.
  public let payloadOffset: UInt32
  /// The length of the bundle, the same as in the zImage header.
  public let bundleBytes: UInt32
  /// S, the bytes from L on that may be touched, as the size tag states them (docs/bundle.md).
  public let wrapperBytes: UInt32

  /// Reads header and tag table.
  ///
  /// - Parameter bytes: The bundle from byte 0 on, at least as far as the tag table goes. The
  ///   manifest and the segments are not read.
  /// - Throws: ``BundleError``
  public init(_ bytes: Span<UInt8>) throws(BundleError) {
    let reader = ByteReader(bytes)
    guard reader.holds(0, BundleFormat.headerBytes) else {
      throw .truncated(
        .header, needed: UInt64(BundleFormat.headerBytes), present: UInt64(bytes.count))
    }
    func expect(
      _ field: BundleField, _ offset: Int, _ bound: UInt32, _ reader: ByteReader
    ) throws(BundleError) {
      let found = reader.littleEndian32(at: offset) ?? 0
      guard found == bound else {
        throw .field(field, offset: UInt32(clamping: offset), found: found, bound: bound)
      }
    }
    try expect(.headerMagic, BundleFormat.headerMagicOffset, BundleFormat.headerMagic, reader)
    try expect(.headerStart, BundleFormat.headerStartOffset, 0, reader)
    try expect(.headerOrder, BundleFormat.headerOrderOffset, BundleFormat.headerOrder, reader)
    try expect(
      .headerSecondMagic, BundleFormat.headerSecondMagicOffset, BundleFormat.headerSecondMagic,
      reader)
    let end = reader.littleEndian32(at: BundleFormat.headerEndOffset) ?? 0
    let table = reader.littleEndian32(at: BundleFormat.headerTableOffset) ?? 0
    guard let first = Int(exactly: table), first & 3 == 0, first >= BundleFormat.headerBytes,
      reader.holds(first, 4)
    else {
      throw .field(
        .headerTable, offset: UInt32(BundleFormat.headerTableOffset), found: table,
        bound: UInt32(clamping: bytes.count))
    }
    let places = try Self.walk(reader, from: first)
    guard let at = places.bundle else { throw .noTag(table: table) }
    offset = UInt32(clamping: at)
    try expect(.tagSize, at, BundleFormat.bundleTagWords, reader)
    func word(_ index: Int) -> UInt32 { reader.littleEndian32(at: at + 4 * index) ?? 0 }
    func refuse(_ field: BundleField, _ index: Int, _ bound: UInt32) -> BundleError {
      .field(
        field, offset: UInt32(clamping: at + 4 * index), found: word(index), bound: bound)
    }
    guard word(2) == BundleFormat.version else {
      throw refuse(.tagVersion, 2, BundleFormat.version)
    }
    let page = BundleFormat.pageBytes - 1
    guard word(10) == end, end & page == 0 else { throw refuse(.tagBundleBytes, 10, end) }
    guard word(3) & page == 0, word(3) > offset, word(3) < end else {
      throw refuse(.tagManifestOffset, 3, end)
    }
    guard word(4) >= UInt32(BundleFormat.fixedBytes), word(4) <= BundleFormat.manifestLimit,
      word(4) <= end - word(3)
    else { throw refuse(.tagManifestBytes, 4, BundleFormat.manifestLimit) }
    guard word(9) & page == 0, word(9) >= word(3) + word(4), word(9) < end else {
      throw refuse(.tagPayloadOffset, 9, end)
    }
    guard word(8) & ~BundleFlags.known.rawValue == 0 else {
      throw refuse(.tagFlags, 8, BundleFlags.known.rawValue)
    }
    guard word(11) == 0 else { throw refuse(.tagReserved, 11, 0) }
    manifestOffset = word(3)
    manifestBytes = word(4)
    innerInflatedBytes = word(5)
    innerBSSBytes = word(6)
    innerTextOffset = word(7)
    flags = BundleFlags(rawValue: word(8))
    payloadOffset = word(9)
    bundleBytes = end
    let sizeWord = places.size.flatMap { reader.littleEndian32(at: $0 + 8) }
      .flatMap { Int(exactly: $0) }.flatMap { reader.littleEndian32(at: $0) }
    let bss = places.size.flatMap { reader.littleEndian32(at: $0 + 12) }
    let (sum, overflow) = (sizeWord ?? 0).addingReportingOverflow(bss ?? 0)
    wrapperBytes = overflow ? .max : max(sum, end)
  }

  /// Whether bytes are meant to be a bundle: a zImage whose table has our tag, valid or not.
  public static func isPresent(in bytes: Span<UInt8>) -> Bool {
    let reader = ByteReader(bytes)
    guard
      reader.littleEndian32(at: BundleFormat.headerMagicOffset) == BundleFormat.headerMagic,
      reader.littleEndian32(at: BundleFormat.headerSecondMagicOffset)
        == BundleFormat.headerSecondMagic,
      let table = reader.littleEndian32(at: BundleFormat.headerTableOffset),
      let first = Int(exactly: table), first & 3 == 0
    else { return false }
    guard let places = try? walk(reader, from: first) else { return false }
    return places.bundle != nil
  }

  /// Finds the two tags. Every turn advances by eight bytes or more.
  private static func walk(
    _ reader: ByteReader, from first: Int
  ) throws(BundleError) -> (size: Int?, bundle: Int?) {
    var size: Int?
    var at = first
    for _ in 0..<BundleFormat.tagLimit {
      guard let words = reader.littleEndian32(at: at) else {
        throw .truncated(.tags, needed: UInt64(at) + 4, present: UInt64(reader.count))
      }
      if words == 0 { return (size, nil) }
      let left = UInt32(clamping: (reader.count - at) / 4)
      guard words >= 2, words <= left, let count = Int(exactly: words),
        let tag = reader.littleEndian32(at: at + 4)
      else {
        throw .field(.tagSize, offset: UInt32(clamping: at), found: words, bound: left)
      }
      if tag == BundleFormat.bundleTag { return (size, at) }
      if tag == BundleFormat.sizeTag, words >= BundleFormat.sizeTagWords { size = at }
      at += 4 * count
    }
    return (size, nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Digests
import Handover
import PhysicalMemory

extension BundleDraft {
  /// Writes the bundle.
  ///
  /// The result is read again like any other bundle, so that no bundle is written that Ferry would
  /// refuse.
  ///
  /// - Parameter ferry: The loadable part of Ferry, which begins with its zImage header.
  /// - Returns: The bundle, and the size that it states to loaders.
  /// - Throws: ``BundleError``
  public func write(behind ferry: Span<UInt8>) throws(BundleError) -> WrittenBundle {
    let segments = self.segments.sorted { $0.range.first < $1.range.first }
    let layout = try BundleLayout(ferryBytes: ferry.count, draft: self, segments: segments)
    let table = try Self.table(in: ferry, layout)
    let size = try wrapperSize(layout, segments)

    var bytes = LittleEndianBytes()
    bytes.reserve(Int(layout.bundleBytes))
    bytes.append(ferry)
    bytes.pad(to: layout.manifestOffset)
    bytes.append(manifest(layout, segments).span)
    for (segment, offset) in zip(segments, layout.fileOffsets) {
      bytes.pad(to: offset)
      bytes.append(segment.bytes.span)
    }
    bytes.pad(to: layout.bundleBytes)
    bytes.set(UInt32(layout.bundleBytes), at: BundleFormat.headerEndOffset)
    let tags = tags(layout, size, table: UInt32(table))
    for (index, word) in tags.enumerated() { bytes.set(word, at: table + 4 * index) }
    bytes.set(size.sizeWord, at: table + BundleFormat.tableBytes - 4)
    let at = table + 4 * (tags.count - Int(BundleFormat.ferryTagWords) - 1)
    let digest = try FerryDigest(
      bytes.bytes.span, tag: at, table: table, manifest: Int(clamping: layout.manifestOffset)
    ).value
    bytes.set(digest.span, at: at + 8)

    let written = try Bundle(bytes.bytes.span)
    try written.checkFerry()
    return WrittenBundle(bytes: bytes.bytes, size: size)
  }

  /// Finds the room for the tag table.
  private static func table(
    in ferry: Span<UInt8>, _ layout: BundleLayout
  ) throws(BundleError) -> Int {
    let reader = ByteReader(ferry)
    guard reader.holds(0, BundleFormat.headerBytes) else {
      throw .truncated(
        .ferry, needed: UInt64(BundleFormat.headerBytes), present: UInt64(ferry.count))
    }
    let offset = reader.littleEndian32(at: BundleFormat.headerTableOffset) ?? 0
    guard let table = Int(exactly: offset), table & 3 == 0, table >= BundleFormat.headerBytes,
      reader.holds(table, BundleFormat.tableBytes)
    else {
      throw .field(
        .headerTable, offset: UInt32(BundleFormat.headerTableOffset), found: offset,
        bound: UInt32(clamping: ferry.count))
    }
    for index in 0..<BundleFormat.tableBytes {
      guard let byte = reader.byte(at: table + index), byte == 0 else {
        throw .field(
          .headerTable, offset: UInt32(clamping: table + index), found: offset, bound: 0)
      }
    }
    return table
  }

  private func wrapperSize(
    _ layout: BundleLayout, _ segments: [Segment]
  ) throws(BundleError) -> WrapperSize {
    let touched = segments.map { $0.range } + footprint.ranges
    guard let top = touched.map({ $0.last }).max(), let base = ram.ranges.first?.first,
      let size = WrapperSize(
        bundle: layout.bundleBytes, segmentPages: layout.segmentPages,
        segments: UInt64(segments.count), top: top, ram: base)
    else {
      throw .tooLarge(.bundle, bytes: layout.bundleBytes, limit: UInt64(UInt32.max))
    }
    return size
  }

  private func tags(_ layout: BundleLayout, _ size: WrapperSize, table: UInt32) -> [UInt32] {
    [
      BundleFormat.sizeTagWords, BundleFormat.sizeTag,
      table + UInt32(BundleFormat.tableBytes) - 4, size.bssBytes, 0x8000, 0x1_0000,

      BundleFormat.bundleTagWords, BundleFormat.bundleTag, BundleFormat.version,
      UInt32(layout.manifestOffset), UInt32(layout.manifestBytes), inner.inflatedBytes,
      inner.bssBytes, inner.textOffset, flags.rawValue, UInt32(layout.payloadOffset),
      UInt32(layout.bundleBytes), 0,

      BundleFormat.ferryTagWords, BundleFormat.ferryTag, 0, 0, 0, 0, 0, 0, 0, 0,
      0,
    ]
  }

  private func manifest(_ layout: BundleLayout, _ segments: [Segment]) -> [UInt8] {
    var body = LittleEndianBytes()
    let tree = segments.firstIndex { $0.name.description == Self.treeName }
    for word in [
      flags.rawValue, strategy.rawValue, firstInTextStore, BundleFormat.pageBytes, entry, r1, r2,
      tree.map { UInt32($0) } ?? BundleFormat.noSegment, uart.base, uart.transmitOffset,
      uart.statusOffset, uart.mask, uart.ready, uart.accessBytes, UInt32(layout.ram.count),
      UInt32(layout.reserved.count), UInt32(segments.count),
    ] {
      body.append(word)
    }
    for range in layout.ram + layout.reserved {
      body.append(UInt32(clamping: range.first.rawValue))
      body.append(UInt32(clamping: range.last.rawValue))
    }
    for (segment, offset) in zip(segments, layout.fileOffsets) {
      body.append(segment.name.bytes.span)
      body.append(UInt32(clamping: segment.range.first.rawValue))
      body.append(UInt32(clamping: segment.range.count.rawValue))
      body.append(UInt32(clamping: offset))
      body.append(UInt32(clamping: segment.bytes.count))
      body.append(SHA256.hash(segment.bytes.span).span)
    }
    var head = LittleEndianBytes()
    head.append(BundleFormat.manifestMagic)
    head.append(BundleFormat.version)
    head.append(UInt32(layout.manifestBytes))
    head.append(SHA256.hash(body.bytes.span).span)
    head.append(body.bytes.span)
    return head.bytes
  }
}

/// The offsets of the parts of a bundle.
private struct BundleLayout {
  let manifestOffset: UInt64
  let manifestBytes: UInt64
  let payloadOffset: UInt64
  let fileOffsets: [UInt64]
  let bundleBytes: UInt64
  let segmentPages: UInt64
  let ram: [PhysicalRange]
  let reserved: [PhysicalRange]

  init(
    ferryBytes: Int, draft: BundleDraft, segments: [BundleDraft.Segment]
  ) throws(BundleError) {
    let page = UInt64(BundleFormat.pageBytes)
    func rounded(_ count: UInt64) -> UInt64 { (count + page - 1) & ~(page - 1) }
    ram = draft.ram.intersection(.below4GiB).ranges
    reserved = draft.reserved.intersection(.below4GiB).ranges
    guard ram.count <= Int(BundleFormat.rangeLimit),
      reserved.count <= Int(BundleFormat.rangeLimit)
    else {
      throw .tooLarge(
        .manifest, bytes: UInt64(max(ram.count, reserved.count) * BundleFormat.rangeBytes),
        limit: UInt64(BundleFormat.manifestLimit))
    }
    manifestOffset = rounded(UInt64(ferryBytes))
    manifestBytes = UInt64(
      BundleFormat.fixedBytes + BundleFormat.rangeBytes * (ram.count + reserved.count)
        + BundleFormat.segmentBytes * segments.count)
    guard manifestBytes <= UInt64(BundleFormat.manifestLimit) else {
      throw .tooLarge(
        .manifest, bytes: manifestBytes, limit: UInt64(BundleFormat.manifestLimit))
    }
    payloadOffset = rounded(manifestOffset + manifestBytes)
    var next = payloadOffset
    var offsets: [UInt64] = []
    var pages: UInt64 = 0
    for segment in segments {
      offsets.append(next)
      next += rounded(UInt64(segment.bytes.count))
      pages += min(segment.range.count.rawValue, 1 << 32) / page
      // No overflow is possible: the bytes of an array are in memory.
      guard next < 1 << 32 - page else {
        throw .tooLarge(.bundle, bytes: next, limit: 1 << 32 - page)
      }
    }
    fileOffsets = offsets
    segmentPages = pages
    bundleBytes = next + page
  }
}

/// Bytes that grow, words written low byte first.
struct LittleEndianBytes {
  private(set) var bytes: [UInt8] = []

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func append(_ word: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(word >> shift & 0xff)) }
  }

  mutating func append(_ more: Span<UInt8>) {
    if let copy = ByteReader(more).copy(0, more.count) { bytes += copy }
  }

  /// Appends zeros up to an offset.
  mutating func pad(to offset: UInt64) {
    let missing = Int(clamping: offset) - bytes.count
    if missing > 0 { bytes.append(contentsOf: repeatElement(0, count: missing)) }
  }

  /// Writes bytes over others.
  mutating func set(_ more: Span<UInt8>, at offset: Int) {
    for index in 0..<more.count where bytes.indices.contains(offset + index) {
      bytes[offset + index] = more[index]
    }
  }

  /// Writes a word over bytes that are there.
  mutating func set(_ word: UInt32, at offset: Int) {
    for index in 0..<4 where bytes.indices.contains(offset + index) {
      bytes[offset + index] = UInt8(word >> (8 * UInt32(index)) & 0xff)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Digests
public import Handover
public import PhysicalMemory

/// The manifest of a bundle: the places of its segments, and the kernel's entry.
///
/// It is a view of the bytes. Everything is checked when it is made; the entries of its lists are
/// read in place, without memory of their own.
public struct BundleManifest: ~Escapable {
  /// The options of the bundle.
  public let flags: BundleFlags
  /// How the relocation code gets its parameters.
  public let strategy: RebootCodeStrategy
  /// The first of the four stores of ``RebootCodeStrategy/inText`` that is made; from 0 to 3.
  public let firstInTextStore: UInt32
  /// The address of the jump.
  public let entry: UInt32
  /// r1 of the kernel.
  public let r1: UInt32
  /// r2 of the kernel; 0 or an address in a segment.
  public let r2: UInt32
  /// The index of the device tree among the segments; nil when there is none.
  public let treeIndex: Int?
  /// The serial port.
  public let uart: BundleUART
  /// The number of ranges of RAM, at least one.
  public let ramCount: Int
  /// The number of reserved ranges.
  public let reservedCount: Int
  /// The number of segments, at least one.
  public let segmentCount: Int

  private let reader: ByteReader
  private let reservedOffset: Int
  private let segmentsOffset: Int

  /// Checks a manifest.
  ///
  /// - Parameters:
  ///   - bundle: The bundle from byte 0 on, at least as far as the manifest goes.
  ///   - tag: The bundle's tag.
  /// - Throws: ``BundleError``; offsets in it count from byte 0 of the bundle.
  @_lifetime(copy bundle)
  public init(_ bundle: Span<UInt8>, _ tag: BundleTag) throws(BundleError) {
    let start = Int(clamping: tag.manifestOffset)
    let count = Int(clamping: tag.manifestBytes)
    guard let bytes = ByteReader(bundle).slice(start, count) else {
      throw .truncated(
        .manifest, needed: UInt64(tag.manifestOffset) + UInt64(tag.manifestBytes),
        present: UInt64(bundle.count))
    }
    let reader = ByteReader(bytes)
    let words = ManifestWords(reader, at: tag.manifestOffset)
    try words.expect(.manifestMagic, 0, BundleFormat.manifestMagic)
    try words.expect(.manifestVersion, 1, BundleFormat.version)
    try words.expect(.manifestBytes, 2, tag.manifestBytes)
    try Self.checkDigest(reader)
    try words.expect(.flags, 11, tag.flags.rawValue)
    guard let strategy = RebootCodeStrategy(rawValue: words[12]) else {
      throw words.refused(.strategy, 12, 2)
    }
    guard words[13] <= 3 else { throw words.refused(.firstInTextStore, 13, 3) }
    try words.expect(.pageBytes, 14, BundleFormat.pageBytes)
    let uart = try Self.uart(words)
    let counts = try Self.counts(words, tag)
    let reserved = BundleFormat.fixedBytes + BundleFormat.rangeBytes * counts.ram
    let segments = reserved + BundleFormat.rangeBytes * counts.reserved
    try Self.checkRanges(words, .ram, at: BundleFormat.fixedBytes, counts.ram)
    try Self.checkRanges(words, .reserved, at: reserved, counts.reserved)
    try Self.checkSegments(
      words, tag, counts, reserved: reserved, segments: segments)
    let tree = words[18]
    guard tree == BundleFormat.noSegment || tree < UInt32(counts.segments) else {
      throw words.refused(.treeIndex, 18, UInt32(counts.segments))
    }
    let isTaken = tag.flags.contains(.treeFromLoader)
    guard tree != BundleFormat.noSegment || !isTaken else {
      throw words.refused(.treeIndex, 18, UInt32(counts.segments) - 1)
    }

    flags = tag.flags
    self.strategy = strategy
    firstInTextStore = words[13]
    entry = words[15]
    r1 = words[16]
    r2 = words[17]
    treeIndex = tree == BundleFormat.noSegment ? nil : Int(clamping: tree)
    self.uart = uart
    ramCount = counts.ram
    reservedCount = counts.reserved
    segmentCount = counts.segments
    self.reader = reader
    reservedOffset = reserved
    segmentsOffset = segments
    try checkAddresses(words)
  }

  /// A range of RAM, the lowest first; they neither overlap nor touch. nil beyond the last.
  public func ram(_ index: Int) -> PhysicalRange? {
    guard index >= 0, index < ramCount else { return nil }
    return range(at: BundleFormat.fixedBytes + BundleFormat.rangeBytes * index)
  }

  /// A reserved range, the lowest first; they neither overlap nor touch. nil beyond the last.
  public func reserved(_ index: Int) -> PhysicalRange? {
    guard index >= 0, index < reservedCount else { return nil }
    return range(at: reservedOffset + BundleFormat.rangeBytes * index)
  }

  /// A segment, the lowest first; they do not overlap. nil beyond the last.
  public func segment(_ index: Int) -> BundleSegment? {
    guard index >= 0, index < segmentCount else { return nil }
    let at = segmentsOffset + BundleFormat.segmentBytes * index
    var letters = InlineArray<16, UInt8>(repeating: 0)
    for place in 0..<16 { letters[place] = reader.byte(at: at + place) ?? 0 }
    var digest = InlineArray<32, UInt8>(repeating: 0)
    for place in 0..<32 { digest[place] = reader.byte(at: at + 32 + place) ?? 0 }
    guard let name = BundleName(letters), let first = reader.littleEndian32(at: at + 16),
      let count = reader.littleEndian32(at: at + 20),
      let range = PhysicalRange(
        start: PhysicalAddress(UInt64(first)), count: ByteCount(UInt64(count))),
      let fileOffset = reader.littleEndian32(at: at + 24),
      let fileBytes = reader.littleEndian32(at: at + 28)
    else { return nil }
    return BundleSegment(
      name: name, range: range, fileOffset: fileOffset, fileBytes: fileBytes, digest: digest)
  }

  private func range(at offset: Int) -> PhysicalRange? {
    guard let first = reader.littleEndian32(at: offset),
      let last = reader.littleEndian32(at: offset + 4)
    else { return nil }
    return PhysicalRange(
      first: PhysicalAddress(UInt64(first)), last: PhysicalAddress(UInt64(last)))
  }

  /// Checks that the entry and r2's target lie in segments.
  private func checkAddresses(_ words: ManifestWords) throws(BundleError) {
    var entered = false
    var pointed = r2 == 0 && treeIndex == nil
    for index in 0..<segmentCount {
      guard let range = segment(index)?.range else { continue }
      if range.contains(PhysicalAddress(UInt64(entry))) { entered = true }
      let isTree = treeIndex == nil || treeIndex == index
      if isTree, range.contains(PhysicalAddress(UInt64(r2))) { pointed = true }
    }
    guard entered, entry & 3 == 0 else { throw words.refused(.entry, 15, 3) }
    guard pointed, r2 & 3 == 0 else { throw words.refused(.r2, 17, 3) }
  }
}

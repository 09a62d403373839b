// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Segments that can be loaded, and the place of each of their pages in the list.
///
/// For each segment in turn, the list has one destination entry, and one source entry for each
/// page. So the place of every entry is known before the first is written, and no other record of
/// the staged pages is needed.
public struct KImageLayout: Hashable, Sendable {
  /// The segments, in the order in which they are copied.
  public let segments: [KImageSegment]
  /// The size of a page.
  public let page: Alignment
  /// The pages of all destinations.
  public let pageCount: UInt64

  /// The entries of an indirection page, without the last, which links to the next one.
  let entriesPerPage: UInt64

  /// Checks segments as the kernel does, and also refuses empty ones. The amount and the place of
  /// RAM are unknown here.
  ///
  /// - Parameters:
  ///   - segments: The segments, in any order.
  ///   - page: The size of a page, from 16 bytes to 2 GiB.
  /// - Throws: ``KImageError``
  ///
  /// Source: Linux 6.1, kernel/kexec_core.c, sanity_check_segment_list.
  public init(segments: [KImageSegment], page: Alignment = .page) throws(KImageError) {
    guard page.mask >= 15, page.mask < 1 << 31 else {
      throw .pageSize(page.byteCount)
    }
    guard !segments.isEmpty else { throw .nothingToLoad }
    var pages: UInt64 = 0
    for (index, segment) in segments.enumerated() {
      try Self.judge(segment, index, page)
      for (other, earlier) in segments[..<index].enumerated() {
        guard let range = segment.range, let taken = earlier.range,
          let shared = range.intersection(taken)
        else { continue }
        throw .overlap(segment: index, with: other, at: shared.first)
      }
      // Both are below 2^32 and do not overlap, so their sum is, too.
      pages += segment.memoryBytes.rawValue / page.byteCount.rawValue
    }
    self.segments = segments
    self.page = page
    pageCount = pages
    entriesPerPage = page.byteCount.rawValue / 4 - 1
  }

  private static func judge(
    _ segment: KImageSegment, _ index: Int, _ page: Alignment
  ) throws(KImageError) {
    guard segment.memoryBytes != .zero else { throw .empty(segment: index) }
    guard let end = segment.first.advanced(by: segment.memoryBytes),
      end.rawValue <= UInt64(UInt32.max)
    else {
      throw .beyondAddresses(
        segment: index, first: segment.first, memoryBytes: segment.memoryBytes)
    }
    guard segment.first.isAligned(to: page), end.isAligned(to: page) else {
      throw .unaligned(segment: index, first: segment.first, memoryBytes: segment.memoryBytes)
    }
    guard segment.fileBytes <= segment.memoryBytes else {
      throw .fileExceedsMemory(
        segment: index, fileBytes: segment.fileBytes, memoryBytes: segment.memoryBytes)
    }
  }

  /// The number of indirection pages in the list.
  ///
  /// The last entry, done, may stand at the place of the last page's link.
  public var indirectionPageCount: UInt64 {
    (entriesBeforeDone + entriesPerPage - 1) / entriesPerPage
  }

  /// The number of free pages that are needed: one for each destination page, those of the list,
  /// and the control page.
  ///
  /// They are enough if those of the list and the control page lie outside of all destinations.
  public var neededPages: UInt64 { pageCount + indirectionPageCount + 1 }

  /// Whether a page is in a destination.
  public func isDestination(_ page: PhysicalAddress) -> Bool { entry(of: page) != nil }

  var entriesBeforeDone: UInt64 { pageCount + UInt64(segments.count) }

  func pageCount(of segment: KImageSegment) -> UInt64 {
    segment.memoryBytes.rawValue / page.byteCount.rawValue
  }

  /// The number of bytes before a page of a segment.
  func offset(ofPage number: UInt64) -> ByteCount {
    ByteCount(number * page.byteCount.rawValue)
  }

  /// The place of a segment's destination entry; those of its pages follow.
  func firstEntry(of segment: Int) -> UInt64 {
    var entries: UInt64 = 0
    for earlier in segments[..<segment] { entries += 1 + pageCount(of: earlier) }
    return entries
  }

  /// The place of the source entry of a destination page; nil when it is in no destination.
  func entry(of destination: PhysicalAddress) -> UInt64? {
    var entries: UInt64 = 0
    for segment in segments {
      entries += 1
      if let distance = destination.distance(from: segment.first),
        distance < segment.memoryBytes
      {
        return entries + distance.rawValue / page.byteCount.rawValue
      }
      entries += pageCount(of: segment)
    }
    return nil
  }
}

extension KImageSegment {
  /// Its memory; nil when it is empty or passes the end of the address space.
  public var range: PhysicalRange? { PhysicalRange(start: first, count: memoryBytes) }
}

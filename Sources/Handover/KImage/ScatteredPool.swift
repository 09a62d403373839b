// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Free pages in an order in which neighbours seldom follow one another, like the pages of a kernel
/// that has run for long.
///
/// Each page of each part comes exactly once. No page is stored: the order is that of the multiples
/// of a stride that shares no factor with the number of pages.
public struct ScatteredPool: Sendable {
  /// The size of a page.
  public let page: Alignment
  /// The number of pages that are left.
  public var remaining: UInt64 { (preferred.count - preferred.given) + (rest.count - rest.given) }

  private var preferred: Part
  private var rest: Part

  /// Takes the free memory; parts smaller than a page are left out.
  ///
  /// - Parameters:
  ///   - free: Unused memory.
  ///   - preferred: Pages that touch it are handed out before all others.
  ///   - page: The size of a page.
  public init(free: RangeSet, preferred: PhysicalRange? = nil, page: Alignment = .page) {
    var pages = RangeSet()
    for range in free.ranges {
      if let whole = range.rounded(inwardTo: page) { pages.insert(whole) }
    }
    self.page = page
    guard let around = preferred?.rounded(outwardTo: page) else {
      self.preferred = Part(RangeSet(), page)
      rest = Part(pages, page)
      return
    }
    self.preferred = Part(pages.intersection(around), page)
    rest = Part(pages.subtracting(RangeSet(around)), page)
  }

  /// Hands out the next page, or nil when there is none left.
  public mutating func next() -> PhysicalAddress? {
    preferred.next(page) ?? rest.next(page)
  }

  private struct Part: Sendable {
    let ranges: [PhysicalRange]
    let count: UInt64
    let stride: UInt64
    var given: UInt64 = 0
    var index: UInt64 = 0

    init(_ set: RangeSet, _ page: Alignment) {
      ranges = set.ranges
      count = set.ranges.reduce(0) { $0 + Self.pages($1, page) }
      stride = Self.stride(for: count)
    }

    mutating func next(_ page: Alignment) -> PhysicalAddress? {
      guard given < count else { return nil }
      var left = index
      index = (index + stride) % count
      given += 1
      for range in ranges {
        let pages = Self.pages(range, page)
        if left < pages { return range.first.advanced(by: ByteCount(left * (page.mask + 1))) }
        left -= pages
      }
      return nil
    }

    private static func pages(_ range: PhysicalRange, _ page: Alignment) -> UInt64 {
      (range.last.rawValue - range.first.rawValue) / (page.mask + 1) + 1
    }

    /// The first number from the golden section of the count on that shares no factor with it.
    private static func stride(for count: UInt64) -> UInt64 {
      guard count > 2 else { return 1 }
      var stride = count / 1000 * 618 + count % 1000 * 618 / 1000
      while greatestCommonDivisor(stride, count) != 1 { stride += 1 }
      return stride
    }

    private static func greatestCommonDivisor(_ one: UInt64, _ other: UInt64) -> UInt64 {
      var (large, small) = (one, other)
      while small != 0 { (large, small) = (small, large % small) }
      return large
    }
  }
}

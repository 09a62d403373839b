// SPDX-License-Identifier: Apache-2.0

/// A set of physical addresses, kept as sorted ranges that neither overlap nor touch.
public struct RangeSet: Hashable, Sendable {
  /// The ranges, lowest first; there is at least one byte between any two.
  public private(set) var ranges: [PhysicalRange] = []

  /// Makes the empty set.
  public init() {}

  /// Makes the union of ranges, in any order, overlapping or not.
  public init(_ ranges: [PhysicalRange]) {
    for range in ranges { insert(range) }
  }

  /// Makes the set of one range.
  public init(_ range: PhysicalRange) {
    ranges = [range]
  }

  /// Tells whether the set holds no address.
  public var isEmpty: Bool { ranges.isEmpty }

  /// The bytes in the set; 2^64 − 1 when there are more.
  public var count: ByteCount {
    var sum = ByteCount.zero
    for range in ranges { sum = sum.adding(range.count) ?? ByteCount(UInt64.max) }
    return sum
  }

  /// Adds every byte of a range, joining what touches it.
  public mutating func insert(_ range: PhysicalRange) {
    // Ranges that come in order are appended: many of them cost no more than one each.
    if let end = ranges.last?.end, end < range.first {
      ranges.append(range)
      return
    }
    var joined = range
    var result: [PhysicalRange] = []
    result.reserveCapacity(ranges.count + 1)
    var placed = false
    for other in ranges {
      if let end = other.end, end < joined.first {
        result.append(other)
      } else if let end = joined.end, end < other.first {
        if !placed {
          result.append(joined)
          placed = true
        }
        result.append(other)
      } else if let union = PhysicalRange(
        first: min(joined.first, other.first), last: max(joined.last, other.last))
      {
        joined = union
      }
    }
    if !placed { result.append(joined) }
    ranges = result
  }

  /// Removes every byte of a range.
  public mutating func subtract(_ range: PhysicalRange) {
    var result: [PhysicalRange] = []
    result.reserveCapacity(ranges.count + 1)
    for other in ranges {
      guard other.overlaps(range) else {
        result.append(other)
        continue
      }
      if let below = PhysicalRange(start: other.first, end: range.first) { result.append(below) }
      if let end = range.end, let above = PhysicalRange(first: end, last: other.last) {
        result.append(above)
      }
    }
    ranges = result
  }

  /// Gives the bytes of this set that are not in the other.
  public func subtracting(_ other: Self) -> Self {
    // Both are walked once, side by side: a measurement has tens of thousands of ranges.
    var result = Self()
    var reached = other.ranges.startIndex
    for range in ranges {
      while reached < other.ranges.endIndex, other.ranges[reached].last < range.first {
        reached += 1
      }
      var left: PhysicalAddress? = range.first
      for cut in other.ranges[reached...] {
        guard let start = left, cut.first <= range.last else { break }
        if let below = PhysicalRange(start: start, end: cut.first) { result.ranges.append(below) }
        left = cut.end
      }
      if let start = left, let rest = PhysicalRange(first: start, last: range.last) {
        result.ranges.append(rest)
      }
    }
    return result
  }

  /// Gives the bytes of either set.
  public func union(_ other: Self) -> Self {
    var result = self
    for range in other.ranges { result.insert(range) }
    return result
  }

  /// Gives the bytes that are in the set and in the range.
  public func intersection(_ range: PhysicalRange) -> Self {
    var result = Self()
    for other in ranges {
      if let shared = other.intersection(range) { result.ranges.append(shared) }
    }
    return result
  }

  /// Gives the bytes that are in both sets.
  public func intersection(_ other: Self) -> Self {
    var result = Self()
    var reached = other.ranges.startIndex
    for range in ranges {
      while reached < other.ranges.endIndex, other.ranges[reached].last < range.first {
        reached += 1
      }
      for candidate in other.ranges[reached...] {
        guard candidate.first <= range.last else { break }
        if let shared = range.intersection(candidate) { result.ranges.append(shared) }
      }
    }
    return result
  }

  /// Tells whether a byte of the range is in the set.
  public func overlaps(_ range: PhysicalRange) -> Bool {
    ranges.contains { $0.overlaps(range) }
  }

  /// Tells whether every byte of the range is in the set.
  public func contains(_ range: PhysicalRange) -> Bool {
    ranges.contains { $0.contains(range) }
  }

  /// Tells whether the byte at an address is in the set.
  public func contains(_ address: PhysicalAddress) -> Bool {
    ranges.contains { $0.contains(address) }
  }
}

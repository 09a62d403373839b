// SPDX-License-Identifier: Apache-2.0

/// A set of physical addresses, kept as sorted ranges that neither overlap nor touch.
///
/// A lookup of one range costs the logarithm of the number of ranges. Combining two sets costs one
/// walk through both, and making a set of unordered ranges one sort: a hostile map has millions.
public struct RangeSet: Hashable, Sendable {
  /// The ranges, lowest first; there is at least one byte between any two.
  public private(set) var ranges: [PhysicalRange] = []

  /// Makes the empty set.
  public init() {}

  /// Makes the union of ranges, in any order, overlapping or not.
  public init(_ ranges: [PhysicalRange]) {
    var isSorted = true
    var before = PhysicalAddress(0)
    for range in ranges {
      if range.first < before { isSorted = false }
      before = range.first
    }
    self.ranges.reserveCapacity(ranges.count)
    for range in isSorted ? ranges : ranges.inOrder({ $0.first < $1.first }) { append(range) }
  }

  /// Makes the set of one range.
  public init(_ range: PhysicalRange) {
    ranges = [range]
  }

  /// Whether the set holds no address.
  public var isEmpty: Bool { ranges.isEmpty }

  /// The bytes in the set; 2^64 − 1 when there are more.
  public var count: ByteCount {
    var sum = ByteCount.zero
    for range in ranges { sum = sum.adding(range.count) ?? ByteCount(UInt64.max) }
    return sum
  }

  /// The place of the first range that does not end below an address.
  ///
  /// - Returns: The number of ranges when all of them do.
  public func index(reaching address: PhysicalAddress) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = low + (high - low) / 2
      if ranges[middle].last < address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Adds a range that begins no lower than the last one.
  private mutating func append(_ range: PhysicalRange) {
    guard let last = ranges.last, last.end.map({ range.first <= $0 }) ?? true else {
      ranges.append(range)
      return
    }
    if range.last > last.last, let joined = PhysicalRange(first: last.first, last: range.last) {
      ranges[ranges.count - 1] = joined
    }
  }

  /// Adds every byte of a range, joining what touches it.
  public mutating func insert(_ range: PhysicalRange) {
    var low = index(reaching: range.first)
    // The range below may end right in front of this one.
    if low > 0, ranges[low - 1].end == range.first { low -= 1 }
    var high = low
    var joined = range
    while high < ranges.count {
      let other = ranges[high]
      if let end = joined.end, end < other.first { break }
      joined =
        PhysicalRange(
          first: min(joined.first, other.first), last: max(joined.last, other.last)) ?? joined
      high += 1
    }
    replace(low..<high, with: joined, nil)
  }

  /// Removes every byte of a range.
  public mutating func subtract(_ range: PhysicalRange) {
    let low = index(reaching: range.first)
    var high = low
    while high < ranges.count, ranges[high].first <= range.last { high += 1 }
    guard low < high else { return }
    let below = PhysicalRange(start: ranges[low].first, end: range.first)
    let last = ranges[high - 1].last
    replace(low..<high, with: below, range.end.flatMap { PhysicalRange(first: $0, last: last) })
  }

  private mutating func replace(
    _ old: Range<Int>, with first: PhysicalRange?, _ second: PhysicalRange?
  ) {
    var place = old.lowerBound
    for new in [first, second] {
      guard let new else { continue }
      if place < old.upperBound { ranges[place] = new } else { ranges.insert(new, at: place) }
      place += 1
    }
    if place < old.upperBound { ranges.removeSubrange(place..<old.upperBound) }
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
    var result = Self()
    result.ranges.reserveCapacity(ranges.count + other.ranges.count)
    var next = 0
    for range in ranges {
      while next < other.ranges.count, other.ranges[next].first < range.first {
        result.append(other.ranges[next])
        next += 1
      }
      result.append(range)
    }
    for range in other.ranges[next...] { result.append(range) }
    return result
  }

  /// Gives the bytes that are in the set and in the range.
  public func intersection(_ range: PhysicalRange) -> Self {
    var result = Self()
    for other in ranges[index(reaching: range.first)...] {
      guard let shared = other.intersection(range) else { break }
      result.ranges.append(shared)
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

  /// The range that holds an address; nil when none does.
  public func range(holding address: PhysicalAddress) -> PhysicalRange? {
    let index = index(reaching: address)
    guard index < ranges.count, ranges[index].first <= address else { return nil }
    return ranges[index]
  }

  /// Whether a byte of the range is in the set.
  public func overlaps(_ range: PhysicalRange) -> Bool {
    let index = index(reaching: range.first)
    return index < ranges.count && ranges[index].first <= range.last
  }

  /// Whether every byte of the range is in the set.
  public func contains(_ range: PhysicalRange) -> Bool {
    self.range(holding: range.first).map { range.last <= $0.last } ?? false
  }

  /// Whether the byte at an address is in the set.
  public func contains(_ address: PhysicalAddress) -> Bool {
    range(holding: address) != nil
  }
}

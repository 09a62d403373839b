// SPDX-License-Identifier: Apache-2.0

import Glibc
import PhysicalMemory

/// Ranges of bytes that differ, collected from low to high addresses.
struct DifferenceList {
  /// The ranges that differ, lowest first; no two of them touch.
  private(set) var ranges: [PhysicalRange] = []
  private var open: (first: UInt64, last: UInt64)?

  /// Makes an empty list.
  init() {}

  /// Makes the union of two lists.
  init(_ left: Self, _ right: Self) {
    var (one, two) = (left.ranges[...], right.ranges[...])
    while let range = one.first ?? two.first {
      if let other = two.first, other.first < range.first || one.isEmpty {
        add(other.first.rawValue, other.last.rawValue)
        two = two.dropFirst()
      } else {
        add(range.first.rawValue, range.last.rawValue)
        one = one.dropFirst()
      }
    }
    close()
  }

  /// Adds a range that begins at or above the beginning of the last one.
  mutating func add(_ first: UInt64, _ last: UInt64) {
    if let range = open {
      if first <= range.last || first - range.last == 1 {
        open = (range.first, max(range.last, last))
        return
      }
      close()
    }
    open = (first, last)
  }

  /// Ends the list: ``ranges`` is complete only afterwards.
  mutating func close() {
    if let range = open,
      let range = PhysicalRange(
        first: PhysicalAddress(range.first), last: PhysicalAddress(range.last))
    {
      ranges.append(range)
    }
    open = nil
  }

  /// Adds the bytes that differ between two buffers of one length.
  ///
  /// - Parameters:
  ///   - left: One buffer.
  ///   - right: The other buffer.
  ///   - address: The address of the first byte; all of it is addressable.
  @unsafe mutating func compare(
    _ left: UnsafeRawBufferPointer, with right: UnsafeRawBufferPointer, at address: UInt64
  ) {
    guard left.count == right.count, let one = left.baseAddress,
      let two = right.baseAddress, unsafe memcmp(one, two, left.count) != 0
    else { return }
    var index = 0
    while index < left.count {
      let place = address &+ UInt64(index)
      if left.count - index >= 8 {
        let difference =
          unsafe one.loadUnaligned(fromByteOffset: index, as: UInt64.self)
          ^ two.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        // Zero when no byte of the word is 0, that is, when all eight differ.
        let same = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
        if difference == 0 || same == 0 {
          if difference != 0 { add(place, place &+ 7) }
          index += 8
          continue
        }
      }
      if unsafe left[index] != right[index] { add(place, place) }
      index += 1
    }
  }

  /// Gives the ranges as a set, with short gaps closed where a test allows it.
  ///
  /// - Parameters:
  ///   - limit: The longest gap that is closed, in bytes.
  ///   - allowed: Whether a gap may be closed.
  /// - Returns: A closed list.
  func joined(limit: UInt64, where allowed: (PhysicalRange) -> Bool) -> Self {
    var result = Self()
    for range in ranges {
      if let last = result.open, range.first.rawValue - last.last <= limit + 1,
        let gap = PhysicalRange(
          start: PhysicalAddress(last.last).advanced(by: ByteCount(UInt64(1))) ?? range.first,
          end: range.first), allowed(gap)
      {
        result.open = (last.first, range.last.rawValue)
      } else {
        result.add(range.first.rawValue, range.last.rawValue)
      }
    }
    result.close()
    return result
  }
}

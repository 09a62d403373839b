// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A set of ranges of which parts are counted often: a count costs the logarithm of their number.
struct CountedRanges {
  let set: RangeSet
  /// The bytes below each range, and below the end. Below 4 GiB they fit easily.
  private let bytesBelow: [UInt64]

  /// Counts a set that lies below 4 GiB.
  init(_ set: RangeSet) {
    self.set = set
    var sums: [UInt64] = [0]
    sums.reserveCapacity(set.ranges.count + 1)
    var sum: UInt64 = 0
    for range in set.ranges {
      sum &+= range.count.rawValue
      sums.append(sum)
    }
    bytesBelow = sums
  }

  /// The bytes of the set that lie in a range.
  func bytes(in range: PhysicalRange) -> UInt64 {
    bytes(below: range.end) - bytes(below: range.first)
  }

  /// The bytes of the set below an address; nil stands for the end of the address space.
  private func bytes(below address: PhysicalAddress?) -> UInt64 {
    guard let address else { return bytesBelow[bytesBelow.count - 1] }
    let index = set.index(reaching: address)
    guard index < set.ranges.count, set.ranges[index].first < address else {
      return bytesBelow[index]
    }
    return bytesBelow[index] + (address.rawValue - set.ranges[index].first.rawValue)
  }
}

// SPDX-License-Identifier: Apache-2.0

extension Array {
  /// The elements in order; what is neither before nor behind another stays where it stood.
  ///
  /// The library's own sort is 3 KB of code for each type and rule; of this all but the copy is there once.
  ///
  /// - Parameter precedes: Whether one stands before another.
  /// - Returns: The same elements.
  package func inOrder(_ precedes: (Element, Element) -> Bool) -> [Element] {
    stableOrder(count) { precedes(self[$0], self[$1]) }.map { self[$0] }
  }
}

extension Array where Element == UInt64 {
  /// The numbers, the smallest first.
  package var ascending: [UInt64] { inOrder { $0 < $1 } }
}

/// The order of `count` things that are known by their places.
///
/// - Parameters:
///   - count: How many there are.
///   - precedes: Whether the thing at one place stands before that at another.
/// - Returns: All places, that of the first thing first.
@inline(never)
package func stableOrder(_ count: Int, _ precedes: (Int, Int) -> Bool) -> [Int] {
  var order = Array(0..<max(0, count))
  if order.indices.dropFirst().allSatisfy({ !precedes($0, $0 - 1) }) { return order }
  var width = 1
  while width < order.count {
    var merged: [Int] = []
    merged.reserveCapacity(order.count)
    var start = 0
    while start < order.count {
      let middle = Swift.min(start + width, order.count)
      let end = Swift.min(middle + width, order.count)
      var (one, other) = (start, middle)
      while one < middle || other < end {
        // The later half is taken only where it must stand before: so equals stay as they stood.
        if other < end, one == middle || precedes(order[other], order[one]) {
          merged.append(order[other])
          other += 1
        } else {
          merged.append(order[one])
          one += 1
        }
      }
      start = end
    }
    order = merged
    width *= 2
  }
  return order
}

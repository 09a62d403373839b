// SPDX-License-Identifier: Apache-2.0

extension Array {
  /// The elements in order; equal elements keep the order they had.
  ///
  /// The library's own sort is 3 KB of code for each type and rule; here only the copy is repeated.
  ///
  /// - Parameter precedes: Whether one stands before another.
  /// - Returns: The sorted elements.
  package func inOrder(_ precedes: (Element, Element) -> Bool) -> [Element] {
    stableOrder(count) { precedes(self[$0], self[$1]) }.map { self[$0] }
  }
}

extension Array where Element == UInt64 {
  /// The numbers, the smallest first.
  package var ascending: [UInt64] { inOrder { $0 < $1 } }
}

/// The sorted order of `count` elements, as indices.
///
/// - Parameters:
///   - count: The number of elements.
///   - precedes: Whether the element at one index stands before that at another.
/// - Returns: All indices, that of the first element first.
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
        // The later half goes first only where it must: so equal elements keep their order.
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

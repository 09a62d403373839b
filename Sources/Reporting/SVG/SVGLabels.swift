// SPDX-License-Identifier: Apache-2.0

/// Moves labels apart that would stand on each other.
enum SVGLabels {
  /// Spreads labels along an axis, keeping their order.
  ///
  /// - Parameters:
  ///   - wanted: Where each label would like to stand, lowest first.
  ///   - distance: The least distance between two labels.
  ///   - bounds: Where labels may stand; too many of them pass the end.
  /// - Returns: Where each label stands.
  static func spread(_ wanted: [Int], distance: Int, within bounds: ClosedRange<Int>) -> [Int] {
    var places: [Int] = []
    for place in wanted {
      let lowest = places.last.map { $0 + distance } ?? bounds.lowerBound
      places.append(max(place, lowest))
    }
    var highest = bounds.upperBound
    for index in places.indices.reversed() where places[index] > highest {
      places[index] = highest
      highest -= distance
    }
    // A crowd that does not fit starts at the top.
    if let first = places.first, first < bounds.lowerBound {
      for index in places.indices { places[index] = bounds.lowerBound + index * distance }
    }
    return places
  }
}

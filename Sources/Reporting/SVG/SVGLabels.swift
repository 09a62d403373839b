// SPDX-License-Identifier: Apache-2.0

/// Moves labels apart that would overlap.
enum SVGLabels {
  /// Spreads labels along an axis, keeping their order.
  ///
  /// - Parameters:
  ///   - wanted: The wanted place of each label, lowest first.
  ///   - distance: The least distance between two labels.
  ///   - bounds: The allowed places; if there are too many labels, they pass the end.
  /// - Returns: The place of each label.
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
    // Labels that do not fit start at the top.
    if let first = places.first, first < bounds.lowerBound {
      for index in places.indices { places[index] = bounds.lowerBound + index * distance }
    }
    return places
  }
}

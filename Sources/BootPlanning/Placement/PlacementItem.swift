// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// An item that needs a place, and the places it may have.
struct PlacementItem {
  let name: PlannedSegment.Name
  /// The memory it takes, in bytes.
  let byteCount: ByteCount
  /// The ranges that it may lie in, as far as they lie in the window.
  let allowed: RangeSet
  /// The window; nil when no place is allowed.
  let window: PhysicalRange?
  /// The memory it must not touch, besides the memory taken when it is placed.
  var forbidden = RangeSet()
  let alignment: Alignment
  /// The section that a DTB is mapped with: it must end within two sections of the one it
  /// begins in.
  var section: Alignment?

  /// Finds the lowest place.
  ///
  /// - Parameters:
  ///   - taken: The memory that must stay untouched.
  ///   - floor: The lowest acceptable address (inclusive).
  /// - Returns: nil when no hole is large enough.
  func lowest(clearOf taken: RangeSet, from floor: PhysicalAddress) -> PhysicalRange? {
    guard
      let room = PhysicalRange(first: floor, last: PhysicalRange.below4GiB.last)
        .flatMap({ window?.intersection($0) })
    else { return nil }
    let taken = taken.union(forbidden)
    for range in allowed.ranges[allowed.index(reaching: room.first)...] {
      guard let hole = range.intersection(room) else { break }
      guard hole.count >= byteCount else { continue }
      for hole in RangeSet(hole).subtracting(taken).ranges {
        if let place = place(in: hole) { return place }
      }
    }
    return nil
  }

  /// Whether it fits anywhere when nothing is taken.
  var hasRoom: Bool {
    guard let window else { return false }
    return allowed.ranges[allowed.index(reaching: window.first)...].prefix {
      $0.first <= window.last
    }.contains {
      ($0.intersection(window)?.count ?? .zero) >= byteCount
    }
  }

  private func place(in hole: PhysicalRange) -> PhysicalRange? {
    guard var start = hole.first.roundedUp(to: alignment) else { return nil }
    if let section {
      guard byteCount.rawValue <= section.byteCount.rawValue * 2 else { return nil }
      let offset = start.rawValue & section.mask
      if offset + byteCount.rawValue > section.byteCount.rawValue * 2 {
        guard let next = start.roundedUp(to: section) else { return nil }
        start = next
      }
    }
    guard let place = PhysicalRange(start: start, count: byteCount), hole.contains(place) else {
      return nil
    }
    return place
  }

  /// Finds a place for every item.
  ///
  /// Every order is tried, and each item goes to the lowest place that is left. If there is any
  /// arrangement, one of the orders finds one: moving the items of that arrangement down, lowest
  /// first, never takes a byte from the next.
  ///
  /// - Parameters:
  ///   - items: The items; they must be few, since every order is tried.
  ///   - taken: The memory that must stay untouched.
  ///   - floor: The lowest acceptable address (inclusive).
  /// - Returns: The places in the order of `items`, or nil when there is no arrangement.
  static func arrange(
    _ items: [Self], clearOf taken: RangeSet, from floor: PhysicalAddress
  ) -> [PhysicalRange]? {
    // The natural order mostly works; then the other orders are never made.
    if let found = arrange(items, in: Array(items.indices), clearOf: taken, from: floor) {
      return found
    }
    for order in orders(items.count).dropFirst() {
      if let found = arrange(items, in: order, clearOf: taken, from: floor) { return found }
    }
    return nil
  }

  private static func arrange(
    _ items: [Self], in order: [Int], clearOf taken: RangeSet, from floor: PhysicalAddress
  ) -> [PhysicalRange]? {
    var taken = taken
    var places: [PhysicalRange?] = Array(repeating: nil, count: items.count)
    for index in order {
      guard let place = items[index].lowest(clearOf: taken, from: floor) else { return nil }
      places[index] = place
      taken.insert(place)
    }
    return places.compactMap { $0 }
  }

  /// Gives every order of a number of items, the natural one first.
  static func orders(_ count: Int) -> [[Int]] {
    guard count > 1 else { return [Array(0..<count)] }
    var result: [[Int]] = []
    for first in 0..<count {
      for rest in orders(count - 1) {
        result.append([first] + rest.map { $0 >= first ? $0 + 1 : $0 })
      }
    }
    return result
  }
}

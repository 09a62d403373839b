// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The parts of memory that are drawn in detail: those that plans load or write.
enum MapWindows {
  /// The most windows; beyond it, windows with the smallest gaps are joined.
  static let limit = 6

  /// Finds the windows of one plan, or those that suit two plans at once.
  ///
  /// The gaps between windows are larger than half of all bytes in use, so that no drawing is
  /// mostly empty.
  ///
  /// - Parameter plans: The plans.
  /// - Returns: Ranges of whole pages, lowest first; none when nothing is loaded or written.
  static func all(for plans: [BootPlan]) -> [PhysicalRange] {
    var used = RangeSet()
    for plan in plans {
      for segment in plan.segments { used.insert(segment.range.rounded(outwardTo: .page)) }
      for entry in plan.footprint { used.insert(entry.range.rounded(outwardTo: .page)) }
    }
    var largestGap = used.count.rawValue / 2
    while true {
      let windows = joined(used.ranges, largestGap: largestGap)
      if windows.count <= limit { return windows }
      largestGap = largestGap > UInt64.max / 2 ? .max : max(largestGap, 1) * 2
    }
  }

  private static func joined(_ ranges: [PhysicalRange], largestGap: UInt64) -> [PhysicalRange] {
    var windows: [PhysicalRange] = []
    for range in ranges {
      if let last = windows.last, let joined = PhysicalRange(first: last.first, last: range.last),
        range.first.rawValue - last.last.rawValue - 1 <= largestGap
      {
        windows[windows.count - 1] = joined
      } else {
        windows.append(range)
      }
    }
    return windows
  }
}

extension MemoryMap {
  /// Whether a map of RAM shows a reservation.
  var showsReserved: Bool { reserved.contains { ram.overlaps($0.range) } }
}

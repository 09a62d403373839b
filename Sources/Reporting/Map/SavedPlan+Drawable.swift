// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

extension SavedPlan {
  /// The most banks, and the most reservations, that a picture shows.
  private static let drawnLimit = 256

  /// The same plan with no more memory than a picture can show: the largest banks, and of the
  /// reservations first those that something is loaded to or written to, then the largest.
  var drawable: Self {
    let banks = machine.memory.ram.ranges
    let reserved = machine.memory.reserved
    guard banks.count > Self.drawnLimit || reserved.count > Self.drawnLimit else { return self }
    var plan = self
    let used = RangeSet(segments.map { $0.range } + footprint.map { $0.range })
    let largest = banks.sorted { ($0.count, $1.first) > ($1.count, $0.first) }
    let telling = reserved.sorted { one, other in
      let (a, b) = (used.overlaps(one.range), used.overlaps(other.range))
      if a != b { return a }
      return (one.range.count, other.range.first) > (other.range.count, one.range.first)
    }
    plan.machine.memory = MemoryMap(
      ram: RangeSet(Array(largest.prefix(Self.drawnLimit))),
      reserved: Array(telling.prefix(Self.drawnLimit)))
    return plan
  }
}

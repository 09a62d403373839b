// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// A plan reduced to the ranges that a picture can show, with the counts of all.
///
/// Ranges that touch loaded or written memory come first, then the largest. The verdict, the RAM
/// and the number of losses are those of the whole plan.
struct DrawablePlan {
  /// The most banks, the most reservations and the most losses that are drawn.
  static let limit = 256

  /// The plan with the banks and reservations that are drawn.
  let plan: BootPlan
  /// The losses that are drawn.
  let overlaps: [MapOverlap]
  /// The RAM that is drawn as lost, since the new kernel never learns of it.
  let unnamed: [PhysicalRange]
  /// The RAM of the whole plan.
  let ram: RangeSet
  /// The numbers of banks, reservations and losses in the whole plan.
  let banks: Int
  let reservations: Int
  let losses: Int
  /// The sum of the reservations that are not drawn.
  let hiddenBytes: ByteCount
  /// The verdict, and whether it is good.
  let verdict: (words: String, isGood: Bool)

  init(_ whole: BootPlan) {
    let memory = whole.machine.memory
    let all = MapOverlap.all(in: whole)
    ram = memory.ram
    banks = ram.ranges.count
    reservations = memory.reserved.count
    losses = all.count
    verdict = PlanVerdict.words(whole, all)
    overlaps = Array(all.prefix(Self.limit))
    unnamed = Array(whole.unnamedRAM.ranges.prefix(Self.limit))
    var plan = whole
    var hidden = ByteCount.zero
    if banks > Self.limit || reservations > Self.limit {
      let used = RangeSet(whole.segments.map { $0.range } + whole.footprint.map { $0.range })
      let drawn = Self.most(memory.reserved, used) { $0.range }
      hidden =
        RangeSet(memory.reserved.map { $0.range })
        .subtracting(RangeSet(drawn.map { $0.range })).count
      plan.machine.memory = MemoryMap(
        ram: RangeSet(Self.most(ram.ranges, used) { $0 }), reserved: drawn)
    }
    self.plan = plan
    hiddenBytes = hidden
  }

  /// The ranges that are drawn, lowest first.
  private static func most<Element>(
    _ elements: [Element], _ used: RangeSet, _ range: (Element) -> PhysicalRange
  ) -> [Element] {
    guard elements.count > limit else { return elements }
    let telling = elements.sorted { one, other in
      let (one, other) = (range(one), range(other))
      let (isUsed, isOtherUsed) = (used.overlaps(one), used.overlaps(other))
      if isUsed != isOtherUsed { return isUsed }
      return (one.count, other.first) > (other.count, one.first)
    }
    return telling.prefix(limit).sorted { range($0).first < range($1).first }
  }

  /// The number of banks, with a remark if some are left out.
  var banksInWords: String {
    banks > Self.limit
      ? String(Self.limit) + " of " + String(banks) + " banks" : String(banks) + " banks"
  }

  /// The parts that are missing from the picture, a line each.
  var omissions: [String] {
    var lines: [String] = []
    if banks > Self.limit {
      lines.append(
        "of " + String(banks) + " banks of RAM, " + String(banks - Self.limit)
          + " small or unused ones are left out")
    }
    if reservations > Self.limit {
      lines.append(
        "of " + String(reservations) + " reservations, " + String(reservations - Self.limit)
          + " small or untouched ones are left out, " + hiddenBytes.rounded + " in all")
    }
    if losses > Self.limit {
      lines.append(
        "of " + String(losses) + " losses, " + String(losses - Self.limit) + " are left out")
    }
    return lines
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The RAM of a plan as a narrow bar. All banks have one scale, low addresses are above, and a torn
/// edge stands between banks for addresses without RAM.
struct PlanBanks {
  private let drawable: DrawablePlan
  private let x: Int
  private let width: Int
  /// Each bank with its upper edge and its height.
  private var boxes: [(PhysicalRange, Int, Int)] = []
  private let hasAddresses: Bool

  private static let addressLimit = 6
  private static let gap = 330

  init(_ drawable: DrawablePlan, x: Int, top: Int, width: Int, height: Int) {
    self.drawable = drawable
    self.x = x
    self.width = width
    let ram = drawable.plan.machine.memory.ram
    // With many banks there is no room for the address of each.
    hasAddresses = ram.ranges.count <= Self.addressLimit
    let gap = hasAddresses ? Self.gap : 0
    let count = max(ram.ranges.count, 1)
    // Every bank gets a minimum, so that it can be seen; the rest is shared by size.
    let least = count == 1 ? 0 : min(20, height / (2 * count))
    let room = max(height - gap * (count - 1) - least * count, 200)
    guard let whole = PhysicalRange(start: PhysicalAddress(0), count: ram.count) else { return }
    let scale = MapScale(whole, cells: room)
    var below = ByteCount.zero
    var y = top
    for bank in ram.ranges {
      let start = scale.edge(below: PhysicalAddress(below.rawValue))
      below = below.adding(bank.count) ?? ByteCount(UInt64.max)
      let isLast = bank == ram.ranges.last
      let end = isLast ? room : scale.edge(below: PhysicalAddress(below.rawValue))
      boxes.append((bank, y, max(least + end - start, 1)))
      y += least + end - start + gap
    }
  }

  /// The width of the addresses beside the bar.
  var textWidth: Int {
    var widest = 0
    for (bank, _, _) in boxes {
      for address in [bank.first, bank.last] {
        widest = max(widest, SVGText.width(address.description, size: 115, .mono))
      }
    }
    return widest
  }

  private var total: String { drawable.ram.count.rounded + " of RAM" }

  /// The upper and lower edge of a range in the bar.
  func edges(of range: PhysicalRange) -> (Int, Int)? {
    var result: (Int, Int)?
    for (bank, y, height) in boxes {
      guard let shared = bank.intersection(range) else { continue }
      let scale = MapScale(bank, cells: height)
      let upper = y + scale.edge(below: shared.first)
      let lower = y + scale.edge(above: shared)
      result = (result?.0 ?? upper, lower)
    }
    return result
  }

  func draw(_ writer: inout SVGWriter) {
    let plan = drawable.plan
    for (index, (bank, y, height)) in boxes.enumerated() {
      writer.rectangle(x, y, width, height, "ram")
      let scale = MapScale(bank, cells: height)
      for entry in plan.machine.memory.reserved {
        fill(scale, entry.range, y, "#reserved", &writer)
      }
      for range in drawable.unnamed { fill(scale, range, y, "#lost", &writer) }
      for entry in plan.footprint {
        fill(scale, entry.range, y, SVGPalette.fill(entry.phase), &writer)
      }
      for segment in plan.segments {
        fill(scale, segment.range, y, SVGPalette.fill(segment.name), &writer)
      }
      for overlap in drawable.overlaps {
        for range in overlap.lost.ranges { fill(scale, range, y, "bad", &writer) }
      }
      if hasAddresses || index == 0 {
        writer.text(x, y - 60, bank.first.description, size: 115, font: .mono, "f")
      }
      if hasAddresses, index > 0 { writer.tear(x, y - 270, width) }
      if hasAddresses { writer.frame(x, y, width, height, "rule") }
    }
    guard let (bank, y, height) = boxes.last else { return }
    writer.text(x, y + height + 140, bank.last.description, size: 115, font: .mono, "f")
    writer.text(x, y + height + 310, total, size: 120)
    if !hasAddresses {
      writer.text(x, y + height + 470, drawable.banksInWords, size: 120, "f")
    }
  }

  private func fill(
    _ scale: MapScale, _ range: PhysicalRange, _ y: Int, _ fill: String,
    _ writer: inout SVGWriter
  ) {
    guard let shared = scale.range.intersection(range) else { return }
    let from = scale.edge(below: shared.first)
    let size = min(max(scale.edge(above: shared) - from, 12), scale.cells)
    writer.rectangle(x, y + min(from, scale.cells - size), width, size, fill)
  }
}

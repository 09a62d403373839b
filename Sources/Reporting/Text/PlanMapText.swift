// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The memory map of a plan in characters: every bank of RAM, then what is used of it, to scale.
struct PlanMapText {
  private let plan: SavedPlan
  private let style: TextStyle
  private let barWidth: Int
  private let overlaps: [MapOverlap]
  private let windows: [PhysicalRange]

  private static let labelWidth = 12

  init(_ plan: SavedPlan, _ style: TextStyle, _ width: Int) {
    self.plan = plan
    self.style = style
    barWidth = max(width - 2 - Self.labelWidth - 2, 20)
    overlaps = MapOverlap.all(in: plan)
    windows = MapWindows.all(for: [plan])
  }

  /// The letter of a range of the footprint; they repeat after 26.
  static func glyph(ofFootprint index: Int) -> String {
    String(Character(Unicode.Scalar(UInt8(0x61 + index % 26))))
  }

  func render() -> String {
    let ram = plan.machine.memory.ram
    var result =
      style.paint("memory", .heading) + "  " + ram.count.rounded + " of RAM, to scale\n"
    for bank in drawnBanks() { result += bankBar(bank) }
    if ram.ranges.count > Self.bankLimit {
      result += "  and " + String(ram.ranges.count - Self.bankLimit) + " smaller banks\n"
    }
    result += legend(
      [
        (".", .faint, "free", true), ("#", .normal, "loaded or written", !windows.isEmpty),
        ("r", .reserved, "reserved", plan.machine.memory.showsReserved),
        ("!", .error, "lost", !overlaps.isEmpty),
      ])
    for window in windows { result += "\n" + zoom(window) }
    if !windows.isEmpty { result += zoomLegend() }
    for overlap in overlaps.prefix(Self.lossLimit) { result += lossLine(overlap) }
    if overlaps.count > Self.lossLimit {
      result += "  ! and " + String(overlaps.count - Self.lossLimit) + " more\n"
    }
    return result
  }

  // MARK: Banks

  private static let bankLimit = 16
  private static let lossLimit = 16

  /// The banks in order of address; of too many, the largest.
  private func drawnBanks() -> [PhysicalRange] {
    let ranges = plan.machine.memory.ram.ranges
    guard ranges.count > Self.bankLimit else { return ranges }
    return ranges.sorted { ($0.count, $1.first) > ($1.count, $0.first) }
      .prefix(Self.bankLimit).sorted { $0.first < $1.first }
  }

  /// Draws a bank; the largest takes the whole width and the others are to the same scale.
  private func bankBar(_ bank: PhysicalRange) -> String {
    let largest = drawnBanks().max { $0.count < $1.count } ?? bank
    let yardstick = MapScale(
      PhysicalRange(start: PhysicalAddress(0), count: largest.count) ?? largest, cells: barWidth)
    let cells = yardstick.cell(of: PhysicalAddress(bank.count.rawValue - 1)) + 1
    let scale = MapScale(bank, cells: cells)
    var lane = Lane(cells: cells, background: ".")
    for entry in plan.machine.memory.reserved { lane.paint(scale, entry.range, "r", .reserved) }
    for entry in plan.footprint { lane.paint(scale, entry.range, "#", .normal) }
    for segment in plan.segments { lane.paint(scale, segment.range, "#", .normal) }
    for overlap in overlaps {
      for range in overlap.lost.ranges { lane.paint(scale, range, "!", .error) }
    }
    return "  " + bank.description + "  " + bank.count.rounded + ", one character is "
      + scale.bytesPerCell.rounded + "\n  [" + lane.text(style) + "]\n"
  }

  // MARK: Windows

  private func zoom(_ window: PhysicalRange) -> String {
    let scale = MapScale(window, cells: barWidth)
    var result =
      "  " + window.description + "  " + window.count.rounded + ", one character is "
      + scale.bytesPerCell.rounded + "\n"
    var background = Lane(cells: barWidth, background: " ")
    for bank in plan.machine.memory.ram.ranges { background.paint(scale, bank, ".", .faint) }
    if plan.machine.memory.reserved.contains(where: { $0.range.overlaps(window) }) {
      var lane = background
      for entry in plan.machine.memory.reserved { lane.paint(scale, entry.range, "r", .reserved) }
      result += line("reserved", lane)
    }
    var loaded = background
    for segment in largestFirst(plan.segments.map { ($0.range, $0.name.glyph, $0.name.role) }) {
      loaded.paint(scale, segment.0, segment.1, segment.2)
    }
    for overlap in overlaps {
      for range in overlap.lost.ranges { loaded.paint(scale, range, "!", .error) }
    }
    result += line("loaded", loaded)
    for phase in [FootprintRange.Phase.decompress, .kernel] {
      var lane = background
      var entries: [(PhysicalRange, String, TextStyle.Role)] = []
      for (index, entry) in plan.footprint.enumerated()
      where entry.phase == phase && entry.range.overlaps(window) {
        entries.append((entry.range, Self.glyph(ofFootprint: index), phase.role))
      }
      if entries.isEmpty { continue }
      for entry in largestFirst(entries) { lane.paint(scale, entry.0, entry.1, entry.2) }
      for overlap in overlaps {
        for range in overlap.lost.ranges { lane.recolour(scale, range, .error) }
      }
      result += line(phase.rawValue, lane)
    }
    return result
  }

  /// Puts small ranges behind large ones, so that they are painted over them and stay visible.
  private func largestFirst(
    _ entries: [(PhysicalRange, String, TextStyle.Role)]
  ) -> [(PhysicalRange, String, TextStyle.Role)] {
    entries.sorted { ($0.0.count, $1.0.first) > ($1.0.count, $0.0.first) }
  }

  private func line(_ label: String, _ lane: Lane) -> String {
    "  " + label + spaces(Self.labelWidth - label.utf8.count - 1) + "[" + lane.text(style)
      + "]\n"
  }

  // MARK: Legend

  private func legend(_ entries: [(String, TextStyle.Role, String, Bool)]) -> String {
    var result = ""
    var length = 0
    for entry in entries where entry.3 {
      let needed = entry.0.utf8.count + 1 + entry.2.utf8.count
      if length > 0, length + 3 + needed > barWidth + Self.labelWidth {
        result += "\n"
        length = 0
      }
      result += length == 0 ? "  " : "   "
      result += style.paint(entry.0, entry.1) + " " + entry.2
      length += (length == 0 ? 2 : 3) + needed
    }
    return result + "\n"
  }

  private func zoomLegend() -> String {
    var seen: [PlannedSegment.Name] = []
    for segment in plan.segments where !seen.contains(segment.name) { seen.append(segment.name) }
    var entries: [(String, TextStyle.Role, String, Bool)] = []
    for name in seen { entries.append((name.glyph, name.role, name.rawValue, true)) }
    let letters =
      plan.footprint.count > 1
      ? "a-" + Self.glyph(ofFootprint: min(plan.footprint.count, 26) - 1) : "a"
    entries.append((letters, .normal, "written, as listed above", !plan.footprint.isEmpty))
    entries.append(("!", .error, "lost", !overlaps.isEmpty))
    return legend(entries)
  }

  private func lossLine(_ overlap: MapOverlap) -> String {
    var ranges: [String] = []
    for range in overlap.lost.ranges.prefix(3) { ranges.append(range.description) }
    if overlap.lost.ranges.count > 3 { ranges.append("...") }
    var writers = overlap.writers.prefix(4).joined(separator: ", ")
    if overlap.writers.count > 4 {
      writers += " and " + String(overlap.writers.count - 4) + " more"
    }
    let text =
      PrintableText.clean(overlap.victim) + " loses " + overlap.lost.count.description + " at "
      + ranges.joined(separator: ", ") + " to "
      + PrintableText.clean(writers)
    var result = ""
    for (index, line) in PrintableText.wrap(text, width: barWidth + Self.labelWidth - 2)
      .enumerated()
    {
      result += (index == 0 ? "  ! " : "    ") + style.paint(line, .error) + "\n"
    }
    return result
  }
}

/// One line of a map, cell by cell.
private struct Lane {
  private var glyphs: [String]
  private var roles: [TextStyle.Role]

  init(cells: Int, background: String) {
    glyphs = [String](repeating: background, count: cells)
    roles = [TextStyle.Role](repeating: background == "." ? .faint : .normal, count: cells)
  }

  mutating func paint(
    _ scale: MapScale, _ range: PhysicalRange, _ glyph: String, _ role: TextStyle.Role
  ) {
    for cell in scale.cells(of: range) where cell < glyphs.count {
      glyphs[cell] = glyph
      roles[cell] = role
    }
  }

  mutating func recolour(_ scale: MapScale, _ range: PhysicalRange, _ role: TextStyle.Role) {
    for cell in scale.cells(of: range) where cell < glyphs.count && glyphs[cell] != "." {
      roles[cell] = role
    }
  }

  /// The cells with one escape sequence for each run of the same role.
  func text(_ style: TextStyle) -> String {
    var result = ""
    var run = ""
    for (cell, glyph) in glyphs.enumerated() {
      if cell > 0, roles[cell] != roles[cell - 1] {
        result += style.paint(run, roles[cell - 1])
        run = ""
      }
      run += glyph
    }
    return result + style.paint(run, roles.last ?? .normal)
  }
}

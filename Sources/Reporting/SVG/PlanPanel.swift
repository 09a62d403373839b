// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// One plan of a picture: a heading, the map, and the lists that belong to it.
///
/// From left to right: RAM, a lens, the names of the segments, the segments, and one column for
/// each range of the footprint, so that time runs to the right. Addresses run downwards.
struct PlanPanel {
  /// The width of every panel, in tenths of a pixel like all lengths here.
  static let width = 6600

  private let plan: SavedPlan
  private let windows: [PhysicalRange]
  private let overlaps: [MapOverlap]
  private let left: Int
  private let top: Int

  private static let headingHeight = 900
  private static let mapHeight = 4400
  private static let windowGap = 260
  private static let barWidth = 260
  /// Distances from the left edge of the panel.
  private static let lensEnd = 700
  private static let gutterEnd = 2460
  private static let loadedStart = 2560
  private static let loadedWidth = 900
  private static let writtenStart = 3540
  private static let writtenWidth = 2160

  init(_ plan: SavedPlan, windows: [PhysicalRange], left: Int, top: Int) {
    self.plan = plan
    self.windows = windows
    overlaps = MapOverlap.all(in: plan)
    self.left = left
    self.top = top
  }

  private var mapTop: Int { top + Self.headingHeight }
  private var columnWidth: Int { min(Self.writtenWidth / max(plan.footprint.count, 1), 600) }
  private var writtenEnd: Int {
    left + Self.writtenStart + max(columnWidth * plan.footprint.count, 600)
  }

  /// Draws everything and gives the lower edge.
  func draw(_ writer: inout SVGWriter) -> Int {
    heading(&writer)
    let banks = PlanBanks(
      plan, overlaps, x: left, top: mapTop, width: Self.barWidth, height: Self.mapHeight)
    let frames = placeWindows()
    for (window, y, height) in frames {
      lens(banks, window, y, height, &writer)
    }
    banks.draw(&writer)
    for (window, y, height) in frames { draw(window, y, height, &writer) }
    if !frames.isEmpty { columnHeads(&writer) }
    names(frames, &writer)
    losses(frames, &writer)
    return PlanLists(plan, x: left, width: Self.width, top: mapTop + Self.mapHeight + 620)
      .draw(&writer)
  }

  // MARK: Heading

  private func heading(_ writer: inout SVGWriter) {
    let rule = "rule " + plan.rule.rawValue + ", handover " + plan.handover.rawValue
    writer.text(left, top + 150, rule, size: 160, font: .bold)
    let (words, isGood) = verdict()
    let fill = isGood ? SVGPalette.good : SVGPalette.bad
    writer.rectangle(left, top + 265, 120, 120, fill: fill, radius: 60)
    writer.text(
      left + 190, top + 370, SVGLabels.cut(words, 78), size: 130, font: .bold, fill: fill)
  }

  private func verdict() -> (String, Bool) {
    guard plan.fits else { return ("nothing fits", false) }
    if let overlap = overlaps.first {
      let more = overlaps.count > 1 ? ", and more" : ""
      return (
        overlap.victim + ": " + overlap.lost.count.description + " are overwritten" + more,
        false
      )
    }
    if let error = plan.diagnostics.first(where: { $0.severity == .error }) {
      return ("refused: " + error.code, false)
    }
    return ("nothing that is loaded gets overwritten", true)
  }

  private func columnHeads(_ writer: inout SVGWriter) {
    let y = mapTop - 100
    writer.text(
      left + Self.loadedStart + Self.loadedWidth / 2, y, "loaded", size: 115, anchor: .middle,
      fill: SVGPalette.faint)
    var start = 0
    while start < plan.footprint.count {
      let phase = plan.footprint[start].phase
      var end = start
      while end < plan.footprint.count, plan.footprint[end].phase == phase { end += 1 }
      let x = left + Self.writtenStart + start * columnWidth
      let width = (end - start) * columnWidth
      writer.rectangle(x + 15, mapTop - 55, width - 30, 30, fill: SVGPalette.fill(phase))
      let words = SVGPalette.words(phase)
      if width >= words.utf8.count * 72 {
        writer.text(
          x + width / 2, y, words, size: 115, anchor: .middle, fill: SVGPalette.faint)
      }
      start = end
    }
    if !plan.footprint.isEmpty {
      writer.text(
        left + Self.writtenStart, y - 170, "written, in order of time", size: 115,
        fill: SVGPalette.faint)
    }
  }

  // MARK: Windows

  /// Shares the height among the windows, by their size but none too small to see.
  private func placeWindows() -> [(PhysicalRange, Int, Int)] {
    guard !windows.isEmpty else { return [] }
    let least = 420
    let room =
      Self.mapHeight - (windows.count - 1) * Self.windowGap - windows.count * least
    var total = ByteCount.zero
    for window in windows { total = total.adding(window.count) ?? ByteCount(UInt64.max) }
    guard let whole = PhysicalRange(start: PhysicalAddress(0), count: total) else { return [] }
    let scale = MapScale(whole, cells: room)
    var y = mapTop
    var frames: [(PhysicalRange, Int, Int)] = []
    for window in windows {
      let height = least + scale.edge(below: PhysicalAddress(window.count.rawValue))
      frames.append((window, y, height))
      y += height + Self.windowGap
    }
    return frames
  }

  private func lens(
    _ banks: PlanBanks, _ window: PhysicalRange, _ y: Int, _ height: Int,
    _ writer: inout SVGWriter
  ) {
    guard let (upper, lower) = banks.edges(of: window) else { return }
    let bar = left + Self.barWidth
    let right = left + Self.lensEnd
    writer.polygon(
      [(bar, upper), (right, y), (right, y + height), (bar, max(lower, upper + 20))],
      fill: SVGPalette.lens, opacity: 70)
    writer.line([(right, y), (right, y + height)], stroke: SVGPalette.frame)
  }

  private func draw(
    _ window: PhysicalRange, _ y: Int, _ height: Int, _ writer: inout SVGWriter
  ) {
    let scale = MapScale(window, cells: height)
    let loaded = left + Self.loadedStart
    let written = left + Self.writtenStart
    writer.rectangle(loaded, y, Self.loadedWidth, height, fill: SVGPalette.ram)
    writer.rectangle(written, y, writtenEnd - written, height, fill: SVGPalette.ram)
    for entry in plan.machine.memory.reserved {
      guard let (from, size) = box(scale, entry.range, y) else { continue }
      writer.rectangle(
        loaded, from, writtenEnd - loaded, size, fill: SVGPalette.reserved, opacity: 60)
    }
    for segment in plan.segments {
      guard let (from, size) = box(scale, segment.range, y) else { continue }
      if segment.name != .kernel && segment.name != .trampoline {
        writer.rectangle(
          loaded + Self.loadedWidth, from, writtenEnd - loaded - Self.loadedWidth, size,
          fill: SVGPalette.fill(segment.name), opacity: 28)
      }
      writer.rectangle(
        loaded, from, Self.loadedWidth, size, fill: SVGPalette.fill(segment.name))
    }
    for (index, entry) in plan.footprint.enumerated() {
      guard let (from, size) = box(scale, entry.range, y) else { continue }
      writer.rectangle(
        written + index * columnWidth + 15, from, columnWidth - 30, size,
        fill: SVGPalette.fill(entry.phase))
    }
    drawLost(scale, y, &writer)
    for (index, entry) in plan.footprint.enumerated() {
      guard let (from, size) = box(scale, entry.range, y), columnWidth >= 140 else { continue }
      let x = written + index * columnWidth + columnWidth / 2
      let number = String(index + 1)
      if size >= 170 {
        writer.text(
          x, from + size / 2 + 42, number, size: 115, font: .bold, anchor: .middle,
          fill: "#ffffff")
      } else {
        let below = from + size + 125
        writer.text(
          x, below > y + height - 10 ? from - 35 : below, number, size: 115, font: .bold,
          anchor: .middle)
      }
    }
    let ends = writtenEnd + 80
    writer.text(
      ends, y + 90, window.first.description, size: 105, font: .mono, fill: SVGPalette.faint)
    writer.text(
      ends, y + height - 10, window.last.description, size: 105, font: .mono,
      fill: SVGPalette.faint)
  }

  private func drawLost(_ scale: MapScale, _ y: Int, _ writer: inout SVGWriter) {
    let loaded = left + Self.loadedStart
    for overlap in overlaps {
      for range in overlap.lost.ranges {
        guard let (from, size) = box(scale, range, y) else { continue }
        writer.rectangle(
          loaded, from, Self.loadedWidth, size, fill: SVGPalette.lost, stroke: SVGPalette.bad)
        for (index, entry) in plan.footprint.enumerated() {
          guard let shared = entry.range.intersection(range),
            let (from, size) = box(scale, shared, y)
          else { continue }
          writer.rectangle(
            left + Self.writtenStart + index * columnWidth + 15, from, columnWidth - 30, size,
            fill: SVGPalette.lost, stroke: SVGPalette.bad)
        }
      }
    }
  }

  /// Where a range is drawn: its upper edge and its height, never too thin to see.
  private func box(_ scale: MapScale, _ range: PhysicalRange, _ y: Int) -> (Int, Int)? {
    guard let shared = scale.range.intersection(range) else { return nil }
    let from = scale.edge(below: shared.first)
    let size = max(scale.edge(above: shared) - from, 30)
    return (y + min(from, scale.cells - size), size)
  }

  // MARK: Labels

  private func middle(
    _ range: PhysicalRange, _ frames: [(PhysicalRange, Int, Int)]
  ) -> Int? {
    for (window, y, height) in frames {
      if let (from, size) = box(MapScale(window, cells: height), range, y) {
        return from + size / 2
      }
    }
    return nil
  }

  private func names(
    _ frames: [(PhysicalRange, Int, Int)], _ writer: inout SVGWriter
  ) {
    var labels: [(Int, PlannedSegment)] = []
    for segment in plan.segments {
      if let y = middle(segment.range, frames) { labels.append((y, segment)) }
    }
    labels.sort { $0.0 < $1.0 }
    let places = SVGLabels.spread(
      labels.map { $0.0 }, distance: 330, within: (mapTop + 130)...(mapTop + Self.mapHeight - 150))
    for (index, (y, segment)) in labels.enumerated() {
      let place = places[index]
      let right = left + Self.gutterEnd
      writer.text(
        right - 120, place - 15, segment.name.rawValue + "  " + segment.range.count.rounded,
        size: 120, font: .bold, anchor: .end)
      writer.text(
        right - 120, place + 120, segment.range.description, size: 105, font: .mono,
        anchor: .end, fill: SVGPalette.faint)
      writer.line(
        [(right - 80, place), (right - 40, place), (left + Self.loadedStart - 10, y)],
        stroke: SVGPalette.faint)
    }
  }

  /// Names the lost bytes beside each window, between the addresses of its two ends.
  private func losses(
    _ frames: [(PhysicalRange, Int, Int)], _ writer: inout SVGWriter
  ) {
    for (window, y, height) in frames {
      let scale = MapScale(window, cells: height)
      var all = RangeSet()
      var labels: [(Int, ByteCount)] = []
      for overlap in overlaps {
        let lost = overlap.lost.intersection(window)
        guard let first = lost.ranges.first, let (from, size) = box(scale, first, y) else {
          continue
        }
        labels.append((from + size / 2, lost.count))
        all = all.union(lost)
      }
      if labels.count > 1, labels.count * 160 > height - 380 {
        labels = [(y + height / 2, all.count)]
      }
      labels.sort { $0.0 < $1.0 }
      let places = SVGLabels.spread(
        labels.map { $0.0 }, distance: 160, within: (y + 210)...(y + height - 190))
      for (index, label) in labels.enumerated() {
        writer.text(
          writtenEnd + 80, places[index] + 40, label.1.rounded + " lost", size: 120,
          font: .bold, fill: SVGPalette.bad)
      }
    }
  }
}

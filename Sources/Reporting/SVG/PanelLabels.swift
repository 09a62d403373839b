// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The words in and around the map of a panel, kept apart from each other.
struct PanelLabels {
  private let panel: PlanPanel
  private var plan: BootPlan { panel.plan }

  init(_ panel: PlanPanel) { self.panel = panel }

  func draw(_ writer: inout SVGWriter) {
    letters(&writer)
    names(&writer)
    for frame in panel.frames.all { side(frame, &writer) }
  }

  /// Draws letters inside large ranges, else below or above them.
  private func letters(_ writer: inout SVGWriter) {
    for (index, entry) in plan.footprint.enumerated() {
      let column = panel.column(index)
      let letter = PlanLists.letter(index, of: plan.footprint.count)
      // All ranges get letters or none does, whatever their widths.
      let needed = max(SVGText.width(letter, size: 120, .bold), 87)
      guard needed <= column.width else { continue }
      for frame in panel.frames.all {
        guard let box = frame.box(entry.range) else { continue }
        let x = column.x + column.width / 2
        let isLarge = box.height >= 190
        let below = box.top + box.height + 130
        let y =
          isLarge
          ? letterSpot(box, entry.range) : below + 30 <= frame.bottom ? below : box.top - 35
        writer.text(
          x, y, letter, size: 120, font: .bold, anchor: .middle,
          isLarge ? SVGPalette.letter(on: SVGPalette.fill(entry.phase)) : "ink")
      }
    }
  }

  /// A place in a box without hatching, if there is one.
  private func letterSpot(_ box: (top: Int, height: Int), _ range: PhysicalRange) -> Int {
    var top = box.top
    var bottom = box.top + box.height
    for overlap in panel.overlaps {
      for lost in overlap.lost.ranges {
        guard let shared = lost.intersection(range), let hatched = panel.frames.box(shared) else {
          continue
        }
        let above = hatched.top - top
        let below = bottom - hatched.top - hatched.height
        if above >= 150 || below >= 150 {
          if above >= below { bottom = hatched.top } else { top = hatched.top + hatched.height }
        }
      }
    }
    return (top + bottom) / 2 + 44
  }

  private func names(_ writer: inout SVGWriter) {
    var labels: [(Int, PlannedSegment)] = []
    for segment in plan.segments {
      if let box = panel.frames.box(segment.range) {
        labels.append((box.top + box.height / 2, segment))
      }
    }
    labels.sort { $0.0 < $1.0 }
    let distance = 310
    let bounds = (panel.mapTop + 130)...(panel.mapBottom - 150)
    // If there are too many, only the lists identify them.
    guard labels.count <= (bounds.upperBound - bounds.lowerBound) / distance else { return }
    let places = SVGLabels.spread(labels.map { $0.0 }, distance: distance, within: bounds)
    let right = panel.left + PlanPanel.loadedStart - 130
    let room = right - panel.namesStart
    for (index, (y, segment)) in labels.enumerated() {
      let place = places[index]
      let name = segment.name.rawValue + " " + segment.range.count.rounded
      writer.text(
        right, place - 10, SVGText.fit(name, room, size: 130, .bold), font: .bold, anchor: .end)
      let words = [segment.range.description, segment.range.first.description].first {
        SVGText.width($0, size: 115, .mono) <= room
      }
      writer.text(right, place + 135, words ?? "", size: 115, font: .mono, anchor: .end, "f")
      writer.line(
        [(right + 35, place), (right + 70, place), (panel.left + PlanPanel.loadedStart - 8, y)],
        "f")
    }
  }

  /// Draws the text right of a window: its first and last address, its scale, and its losses.
  private func side(_ frame: MapFrames.Frame, _ writer: inout SVGWriter) {
    let x = panel.sideStart
    writer.text(
      x, frame.top + 95, frame.window.first.description, size: 115, font: .mono, "f")
    writer.text(
      x, frame.bottom - 10, frame.window.last.description, size: 115, font: .mono, "f")
    var upper = frame.top + 235
    if frame.enlargement > 1 {
      let times =
        frame.enlargement < 10_000 ? "drawn \u{d7}" + String(frame.enlargement) : "enlarged"
      writer.text(x, upper, times, size: 115, "f")
      upper += 160
    } else {
      upper += 25
    }
    losses(frame, within: upper, frame.bottom - 160, &writer)
  }

  private func losses(
    _ frame: MapFrames.Frame, within upper: Int, _ lower: Int, _ writer: inout SVGWriter
  ) {
    var all = RangeSet()
    var labels: [(y: Int, count: ByteCount, victim: String)] = []
    for overlap in panel.overlaps {
      let lost = overlap.lost.intersection(frame.window)
      guard let first = lost.ranges.first, let box = frame.box(first) else { continue }
      labels.append((box.top + box.height / 2, lost.count, overlap.victim))
      all = all.union(lost)
    }
    guard !labels.isEmpty else { return }
    let distance = 310
    if (labels.count - 1) * distance + 150 > lower - upper {
      // Without room for each figure one is drawn; without room for one, none.
      guard lower >= upper else { return }
      labels = [((upper + lower) / 2, all.count, "")]
    }
    labels.sort { $0.y < $1.y }
    let hasNames = labels.count > 1 || lower - upper >= 150
    let places = SVGLabels.spread(
      labels.map { $0.y }, distance: distance,
      within: upper...max(lower - (hasNames ? 150 : 0), upper))
    let room = PlanPanel.width + panel.left - panel.sideStart + 150
    for (label, place) in zip(labels, places) {
      writer.text(
        panel.sideStart, place,
        SVGText.fit(label.count.rounded, room, size: 130, .bold), font: .bold, "bad")
      guard hasNames else { continue }
      let words = label.victim.isEmpty || label.victim.utf8.count > 8 ? "" : label.victim + " "
      writer.text(
        panel.sideStart, place + 145, SVGText.fit(words + "lost", room, size: 115), size: 115,
        "bad")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// One plan of a picture: a heading, the map, and the lists that belong to it.
///
/// From left to right: RAM, a lens, the names of the segments, the segments, and one column for
/// each range of the footprint, so that time runs to the right. Addresses run downwards.
struct PlanPanel {
  /// The width of every panel, in tenths of a pixel like all lengths here.
  static let width = 5400

  private let drawable: DrawablePlan
  let frames: MapFrames
  let left: Int
  private let top: Int
  private let banks: PlanBanks

  private static let headingHeight = 1060
  private static let mapHeight = 4300
  private static let barWidth = 240
  /// Distances from the left edge of the panel.
  static let loadedStart = 2360
  static let loadedWidth = 780
  static let writtenStart = 3220

  init(_ drawable: DrawablePlan, windows: [PhysicalRange], left: Int, top: Int) {
    self.drawable = drawable
    self.left = left
    self.top = top
    let mapTop = top + Self.headingHeight
    frames = MapFrames(windows, top: mapTop, height: Self.mapHeight)
    banks = PlanBanks(
      drawable, x: left, top: mapTop, width: Self.barWidth, height: Self.mapHeight)
  }

  var plan: BootPlan { drawable.plan }
  var overlaps: [MapOverlap] { drawable.overlaps }

  var mapTop: Int { top + Self.headingHeight }
  var mapBottom: Int { mapTop + Self.mapHeight }
  /// The start of the names of segments: behind the addresses of the banks.
  var namesStart: Int { lensEnd + 60 }
  private var lensEnd: Int { left + max(560, banks.textWidth + 20) }
  /// The room right of the map, for addresses and losses.
  private var sideWidth: Int {
    var widest = 700
    for frame in frames.all {
      for address in [frame.window.first, frame.window.last] {
        widest = max(widest, SVGText.width(address.description, size: 115, .mono))
      }
    }
    return widest
  }
  var sideStart: Int { left + Self.width - sideWidth }
  var writtenEnd: Int { sideStart - 100 }
  private var writtenWidth: Int { writtenEnd - left - Self.writtenStart }

  /// The left edge and the width of a column.
  func column(_ index: Int) -> (x: Int, width: Int) {
    let count = max(plan.footprint.count, 1)
    let room = min(writtenWidth, count * 560)
    let from = room * index / count
    let whole = room * (index + 1) / count - from
    let inset = whole >= 60 ? 12 : 0
    return (left + Self.writtenStart + from + inset, max(whole - 2 * inset, 1))
  }

  /// Draws everything and returns the lower edge.
  func draw(_ writer: inout SVGWriter) -> Int {
    heading(&writer)
    for frame in frames.all { lens(frame, &writer) }
    banks.draw(&writer)
    for frame in frames.all { draw(frame, &writer) }
    breaks(&writer)
    if !frames.all.isEmpty {
      columnHeads(&writer)
      scaleBar(&writer)
    }
    PanelLabels(self).draw(&writer)
    return PlanLists(drawable, frames, x: left, width: Self.width, top: mapBottom + 780)
      .draw(&writer)
  }

  // MARK: Heading

  private func heading(_ writer: inout SVGWriter) {
    let rule = "rule " + plan.rule.rawValue
    writer.text(left, top + 150, rule, size: 180, font: .bold)
    writer.text(
      left + SVGText.width(rule, size: 180, .bold) + 100, top + 150,
      "handover " + plan.handover.rawValue, size: 130, "f")
    let (words, isGood) = drawable.verdict
    let ink = isGood ? "good" : "bad"
    writer.rectangle(left, top + 285, 170, 170, ink, radius: 85)
    // A tick or a cross, for readers who do not see the colour.
    if isGood {
      writer.line(
        [(left + 42, top + 375), (left + 72, top + 408), (left + 128, top + 332)], "o", width: 20)
    } else {
      writer.line([(left + 52, top + 337), (left + 118, top + 403)], "o", width: 20)
      writer.line([(left + 118, top + 337), (left + 52, top + 403)], "o", width: 20)
    }
    writer.text(
      left + 240, top + 417, SVGText.fit(words, Self.width - 240, size: 140, .bold), size: 140,
      font: .bold, ink)
  }

  private func columnHeads(_ writer: inout SVGWriter) {
    writer.text(
      left + Self.loadedStart + Self.loadedWidth / 2, mapTop - 100, "loaded", size: 120,
      anchor: .middle, "f")
    guard !plan.footprint.isEmpty else { return }
    writer.text(
      left + Self.writtenStart, mapTop - 290, "written, in order of time \u{2192}", size: 120, "f")
    var labelEnd = left + Self.writtenStart - 100
    var start = 0
    while start < plan.footprint.count {
      let phase = plan.footprint[start].phase
      var end = start
      while end < plan.footprint.count, plan.footprint[end].phase == phase { end += 1 }
      let from = column(start).x
      let last = column(end - 1)
      let width = last.x + last.width - from
      writer.rectangle(from, mapTop - 65, width, 35, SVGPalette.fill(phase))
      let words = SVGPalette.words(phase)
      let needed = SVGText.width(words, size: 115, .sans)
      let x = end == plan.footprint.count && needed > width ? from + width - needed : from
      if x >= labelEnd + 60, x + needed <= writtenEnd + 60 {
        writer.text(x, mapTop - 105, words, size: 115, "f")
        labelEnd = x + needed
      }
      start = end
    }
  }

  /// Draws a bar of a known number of bytes, to compare lengths with.
  private func scaleBar(_ writer: inout SVGWriter) {
    var bytes: UInt64 = 1
    while bytes < 1 << 62, bytes * 2 <= frames.bytesPerPixel.multipliedReportingOverflow(by: 60).0 {
      bytes *= 2
    }
    let tenths = bytes.multipliedReportingOverflow(by: 10)
    guard !tenths.overflow, frames.bytesPerPixel > 0 else { return }
    let width = Int(truncatingIfNeeded: min(tenths.partialValue / frames.bytesPerPixel, 2000))
    let (x, y) = (left + Self.loadedStart, mapBottom + 290)
    writer.line([(x, y - 50), (x, y + 10), (x + width, y + 10), (x + width, y - 50)], "f")
    writer.text(x + width + 90, y + 20, ByteCount(bytes).rounded, size: 120, "f")
  }

  // MARK: Windows

  private func lens(_ frame: MapFrames.Frame, _ writer: inout SVGWriter) {
    guard let (upper, lower) = banks.edges(of: frame.window) else { return }
    let bar = left + Self.barWidth
    let right = lensEnd
    writer.polygon(
      [(bar, upper), (right, frame.top), (right, frame.bottom), (bar, max(lower, upper + 20))],
      "lens")
    writer.line([(right, frame.top), (right, frame.bottom)])
  }

  private func draw(_ frame: MapFrames.Frame, _ writer: inout SVGWriter) {
    let loaded = left + Self.loadedStart
    let written = left + Self.writtenStart
    let loadedEnd = loaded + Self.loadedWidth
    writer.rectangle(loaded, frame.top, Self.loadedWidth, frame.height, "ram")
    writer.rectangle(written, frame.top, writtenEnd - written, frame.height, "ram")
    for entry in plan.machine.memory.reserved {
      guard let box = frame.box(entry.range) else { continue }
      writer.rectangle(loaded, box.top, writtenEnd - loaded, box.height, "#reserved", opacity: 60)
    }
    for range in drawable.unnamed {
      guard let box = frame.box(range) else { continue }
      writer.rectangle(loaded, box.top, writtenEnd - loaded, box.height, "#lost", opacity: 60)
    }
    for segment in plan.segments {
      guard let box = frame.box(segment.range) else { continue }
      let fill = SVGPalette.fill(segment.name)
      if segment.name != .kernel && segment.name != .trampoline {
        writer.rectangle(
          loadedEnd, box.top, writtenEnd - loadedEnd, box.height, fill, opacity: 30)
      }
      writer.rectangle(loaded, box.top, Self.loadedWidth, box.height, fill)
    }
    for (index, entry) in plan.footprint.enumerated() {
      guard let box = frame.box(entry.range) else { continue }
      let column = column(index)
      writer.rectangle(
        column.x, box.top, column.width, box.height, SVGPalette.fill(entry.phase))
    }
    for overlap in overlaps {
      for range in overlap.lost.ranges { drawLost(range, frame, &writer) }
    }
  }

  private func drawLost(
    _ range: PhysicalRange, _ frame: MapFrames.Frame, _ writer: inout SVGWriter
  ) {
    guard let box = frame.box(range) else { return }
    func hatch(_ x: Int, _ width: Int, _ box: (top: Int, height: Int)) {
      // A range that is too thin for a hatching is red all over.
      writer.rectangle(x, box.top, width, box.height, box.height < 60 ? "bad" : "#lost")
      writer.frame(x, box.top, width, box.height, "bad")
    }
    hatch(left + Self.loadedStart, Self.loadedWidth, box)
    for (index, entry) in plan.footprint.enumerated() {
      guard let shared = entry.range.intersection(range), let box = frame.box(shared) else {
        continue
      }
      let column = column(index)
      hatch(column.x, column.width, box)
    }
  }

  /// Writes between two windows how much is left out.
  private func breaks(_ writer: inout SVGWriter) {
    let x = left + Self.loadedStart
    let width = writtenEnd - x
    for (upper, lower) in zip(frames.all, frames.all.dropFirst()) {
      let middle = upper.bottom + MapFrames.gap / 2
      writer.tear(x, middle - 125, width)
      writer.tear(x, middle + 80, width)
      let between = lower.window.first.rawValue - upper.window.last.rawValue - 1
      writer.text(
        x + width / 2, middle + 45, ByteCount(between).rounded + " left out", size: 115,
        anchor: .middle, "f")
    }
  }
}

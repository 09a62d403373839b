// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory

/// The lists below a map: the segments, the written ranges under the letters of the map, and the
/// reservations, each with its exact first and last byte.
struct PlanLists {
  private let drawable: DrawablePlan
  private let frames: MapFrames
  private let x: Int
  private let width: Int
  private let top: Int

  static let rowHeight = 190
  private static let textSize = 125
  private static let monoSize = 115
  /// The mark behind a name: the range is drawn larger than the scale.
  static let mark = " \u{2195}"

  init(_ drawable: DrawablePlan, _ frames: MapFrames, x: Int, width: Int, top: Int) {
    self.drawable = drawable
    self.frames = frames
    self.x = x
    self.width = width
    self.top = top
  }

  /// Draws the lists and returns the lower edge.
  func draw(_ writer: inout SVGWriter) -> Int {
    var y = top
    let plan = drawable.plan
    let columns = Columns(
      plan.segments.map { $0.range } + plan.footprint.map { $0.range }
        + plan.machine.memory.reserved.map { $0.range } + drawable.unnamed)
    if !plan.segments.isEmpty {
      head("loaded", &y, &writer)
      for segment in plan.segments {
        row(
          segment.name.glyph, SVGPalette.fill(segment.name), segment.name.rawValue,
          segment.range, columns, &y, &writer)
      }
      y += 110
    }
    if !plan.footprint.isEmpty {
      head("written between the jump and start_kernel, in order of time", &y, &writer)
      for (index, entry) in plan.footprint.enumerated() {
        row(
          Self.letter(index, of: plan.footprint.count), SVGPalette.fill(entry.phase), entry.name,
          entry.range, columns, &y, &writer)
      }
      y += 110
    }
    let reserved = plan.machine.memory.reserved
    if !reserved.isEmpty {
      head("reserved", &y, &writer)
      for entry in reserved { row("", "#reserved", entry.why, entry.range, columns, &y, &writer) }
      y += 110
    }
    if !drawable.unnamed.isEmpty {
      head("lost", &y, &writer)
      for range in drawable.unnamed {
        row("", "#lost", "RAM that the DTB does not name", range, columns, &y, &writer)
      }
      y += 110
    }
    for line in drawable.omissions {
      writer.text(x, y, SVGText.fit(line, width, size: Self.textSize), size: Self.textSize, "f")
      y += Self.rowHeight
    }
    for diagnostic in plan.diagnostics where diagnostic.severity == .error {
      let text = diagnostic.code.description + ": " + diagnostic.message
      for line in PrintableText.wrap(PrintableText.clean(text, limit: 400), width: 68) {
        let fitting = SVGText.fit(line, width, size: Self.textSize)
        writer.text(x, y, fitting, size: Self.textSize, "bad")
        y += Self.rowHeight
      }
      y += 60
    }
    return y - Self.rowHeight
  }

  /// The label of a range of the footprint: a letter as in text, or a number when there are many.
  static func letter(_ index: Int, of count: Int) -> String {
    count <= 26 ? PlanMapText.glyph(ofFootprint: index) : String(index + 1)
  }

  /// The widths of the columns of ranges and sizes.
  private struct Columns {
    var range = 0
    var size = 0

    init(_ ranges: [PhysicalRange]) {
      for each in ranges {
        range = max(range, SVGText.width(each.description, size: PlanLists.monoSize, .mono))
        size = max(size, SVGText.width(each.count.description, size: PlanLists.monoSize, .mono))
      }
    }
  }

  private func head(_ text: String, _ y: inout Int, _ writer: inout SVGWriter) {
    writer.text(x, y, text, size: Self.textSize, font: .bold, "f")
    y += Self.rowHeight + 20
  }

  private func row(
    _ letter: String, _ fill: String, _ name: String, _ range: PhysicalRange, _ columns: Columns,
    _ y: inout Int, _ writer: inout SVGWriter
  ) {
    writer.rectangle(x, y - 115, 210, 150, fill, radius: 20)
    if fill.hasPrefix("#") { writer.frame(x, y - 115, 210, 150, fill == "#lost" ? "bad" : "rule") }
    writer.text(
      x + 105, y + 2, SVGText.fit(letter, 210, size: 110, .bold), size: 110, font: .bold,
      anchor: .middle, SVGPalette.letter(on: fill))
    let mark = frames.thickens(range) ? Self.mark : ""
    let room =
      width - 290 - columns.range - columns.size - 260
      - SVGText.width(mark, size: Self.textSize, .sans)
    writer.text(
      x + 290, y, SVGText.fit(name, max(room, 130), size: Self.textSize) + mark,
      size: Self.textSize)
    writer.text(
      x + width - columns.size - 130, y, range.description, size: Self.monoSize, font: .mono,
      anchor: .end)
    writer.text(
      x + width, y, range.count.description, size: Self.monoSize, font: .mono, anchor: .end)
    y += Self.rowHeight
  }
}

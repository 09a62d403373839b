// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The lists below a map: what is loaded, and what gets written under the numbers of the map.
struct PlanLists {
  private let plan: SavedPlan
  private let x: Int
  private let width: Int
  private let top: Int

  private static let rowHeight = 175

  init(_ plan: SavedPlan, x: Int, width: Int, top: Int) {
    self.plan = plan
    self.x = x
    self.width = width
    self.top = top
  }

  /// Draws the lists and gives the lower edge.
  func draw(_ writer: inout SVGWriter) -> Int {
    var y = top
    if !plan.segments.isEmpty {
      head("loaded", y, &writer)
      y += Self.rowHeight
      for segment in plan.segments {
        row(
          "", SVGPalette.fill(segment.name), segment.name.rawValue, segment.range, y, &writer)
        y += Self.rowHeight
      }
      y += 90
    }
    if !plan.footprint.isEmpty {
      head("written between the jump and start_kernel, in order of time", y, &writer)
      y += Self.rowHeight
      for (index, entry) in plan.footprint.enumerated() {
        row(
          String(index + 1), SVGPalette.fill(entry.phase), entry.name, entry.range, y, &writer)
        y += Self.rowHeight
      }
    }
    for diagnostic in plan.diagnostics where diagnostic.severity == .error {
      let text = diagnostic.code + ": " + diagnostic.message
      y += 60
      for line in PrintableText.wrap(PrintableText.clean(text, limit: 400), width: 88) {
        writer.text(x, y, SVGLabels.cut(line, 88), size: 115, fill: SVGPalette.bad)
        y += Self.rowHeight
      }
    }
    return y - Self.rowHeight + 60
  }

  private func head(_ text: String, _ y: Int, _ writer: inout SVGWriter) {
    writer.text(x, y, text, size: 115, font: .bold, fill: SVGPalette.faint)
  }

  private func row(
    _ number: String, _ fill: String, _ name: String, _ range: PhysicalRange, _ y: Int,
    _ writer: inout SVGWriter
  ) {
    writer.rectangle(x, y - 115, 200, 140, fill: fill, radius: 20)
    writer.text(
      x + 100, y - 5, number, size: 105, font: .bold, anchor: .middle, fill: "#ffffff")
    writer.text(x + 290, y, SVGLabels.cut(name, 40), size: 120)
    writer.text(
      x + width - 1050, y, range.description, size: 110, font: .mono, anchor: .end)
    writer.text(
      x + width, y, range.count.description, size: 110, font: .mono, anchor: .end)
  }
}

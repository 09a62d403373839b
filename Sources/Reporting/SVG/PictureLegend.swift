// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The meaning of each fill and mark of a picture.
struct PictureLegend {
  private let drawables: [DrawablePlan]

  init(_ drawables: [DrawablePlan]) { self.drawables = drawables }

  /// Draws the legend in as many lines as it needs and returns the lower edge.
  func draw(_ writer: inout SVGWriter, top: Int, _ left: Int, right room: Int) -> Int {
    var x = left
    var y = top
    for (fill, letter, words) in entries() {
      let chip = fill.isEmpty ? 130 : 300
      let needed = chip + SVGText.width(words, size: 125, .sans) + 180
      if x + needed > left + room + 180, x > left {
        x = left
        y += 240
      }
      if fill.isEmpty {
        writer.text(x, y + 120, letter, size: 125)
      } else {
        writer.rectangle(x, y, 210, 150, fill, radius: 20)
        if fill.hasPrefix("#") { writer.frame(x, y, 210, 150, fill == "#lost" ? "bad" : "rule") }
        writer.text(
          x + 105, y + 117, letter, size: 110, font: .bold, anchor: .middle,
          SVGPalette.letter(on: fill))
      }
      writer.text(x + chip, y + 120, words, size: 125)
      x += needed
    }
    return y + 150
  }

  /// Fill, letter and words of each kind of range in the picture.
  private func entries() -> [(String, String, String)] {
    var entries: [(String, String, String)] = []
    let plans = drawables.map { $0.plan }
    for name in [PlannedSegment.Name.kernel, .dtb, .atags, .initrd, .trampoline]
    where plans.contains(where: { $0.segments.contains { $0.name == name } }) {
      entries.append((SVGPalette.fill(name), name.glyph, name.rawValue))
    }
    for phase in [FootprintRange.Phase.decompress, .kernel]
    where plans.contains(where: { $0.footprint.contains { $0.phase == phase } }) {
      entries.append((SVGPalette.fill(phase), "", "written by the " + SVGPalette.words(phase)))
    }
    if plans.contains(where: { !$0.machine.memory.reserved.isEmpty }) {
      entries.append(("#reserved", "", "reserved"))
    }
    if drawables.contains(where: { $0.losses > 0 || !$0.unnamed.isEmpty }) {
      entries.append(("#lost", "", "lost"))
    }
    if plans.contains(where: { !$0.segments.isEmpty || !$0.footprint.isEmpty }) {
      entries.append(("", "\u{2195}", "too thin for the scale, drawn thicker"))
    }
    return entries
  }
}

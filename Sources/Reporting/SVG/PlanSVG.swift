// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import KernelImages
import PhysicalMemory

/// A plan as a picture: RAM to scale, a lens on what is used of it, what is loaded and what gets
/// written in order of time, and in red whatever would be lost.
public enum PlanSVG {
  /// Draws a plan, with another one on its left if there is one: the old rule beside ours.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - other: The plan to compare with.
  /// - Returns: An SVG 1.1 document that needs no other file; the same for the same plans.
  public static func draw(_ plan: BootPlan, beside other: BootPlan? = nil) -> String {
    draw(SavedPlan(plan), beside: other.map { SavedPlan($0) })
  }

  /// Draws a plan that was read from a document.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - other: The plan to compare with.
  /// - Returns: An SVG 1.1 document that needs no other file; the same for the same plans.
  public static func draw(_ plan: SavedPlan, beside other: SavedPlan? = nil) -> String {
    let plan = plan.drawable
    let plans = (other.map { [$0.drawable] } ?? []) + [plan]
    let sameMemory = plans.allSatisfy { $0.machine.memory.ram == plan.machine.memory.ram }
    var writer = SVGWriter()
    var tallest = 0
    for (index, drawn) in plans.enumerated() {
      let panel = PlanPanel(
        drawn, windows: MapWindows.all(for: sameMemory ? plans : [drawn]),
        left: margin + index * (PlanPanel.width + gap), top: margin + titleHeight)
      tallest = max(tallest, panel.draw(&writer))
      guard index > 0 else { continue }
      let x = margin + index * (PlanPanel.width + gap) - gap / 2
      writer.line([(x, margin + titleHeight), (x, tallest)], stroke: SVGPalette.lens)
    }
    let width = 2 * margin + plans.count * PlanPanel.width + (plans.count - 1) * gap
    let name = title(plan)
    writer.text(margin, margin + 200, SVGLabels.cut(name, 44), size: 220, font: .bold)
    writer.text(
      margin, margin + 420, SVGLabels.cut(subtitle(plan), 88), size: 120,
      fill: SVGPalette.faint)
    let bottom = legend(plans, &writer, top: tallest + 240)
    return writer.document(width: width, height: bottom + margin, title: name)
  }

  private static let margin = 240
  private static let gap = 400
  private static let titleHeight = 680

  private static func title(_ plan: SavedPlan) -> String {
    let path = plan.files.first { $0.role == .kernel }?.path ?? ""
    if let name = path.split(separator: "/").last { return String(name) }
    return plan.kernel.chain.joined(separator: " > ")
  }

  private static func subtitle(_ plan: SavedPlan) -> String {
    plan.kernel.chain.joined(separator: " > ") + ": " + plan.kernel.fileBytes.rounded
      + ", inflates to " + plan.kernel.inflatedBytes.value.rounded + "; "
      + plan.machine.memory.ram.count.rounded + " of RAM"
  }

  /// Draws what each colour means and gives the lower edge.
  private static func legend(
    _ plans: [SavedPlan], _ writer: inout SVGWriter, top: Int
  ) -> Int {
    var entries: [(String, String)] = []
    for name in [PlannedSegment.Name.kernel, .dtb, .atags, .initrd, .trampoline]
    where plans.contains(where: { $0.segments.contains { $0.name == name } }) {
      entries.append((SVGPalette.fill(name), name.rawValue))
    }
    for phase in [FootprintRange.Phase.decompress, .kernel]
    where plans.contains(where: { $0.footprint.contains { $0.phase == phase } }) {
      entries.append(
        (SVGPalette.fill(phase), "written by the " + SVGPalette.words(phase)))
    }
    if plans.contains(where: { $0.machine.memory.showsReserved }) {
      entries.append((SVGPalette.reserved, "reserved"))
    }
    if plans.contains(where: { !MapOverlap.all(in: $0).isEmpty }) {
      entries.append((SVGPalette.lost, "lost"))
    }
    let right = margin + plans.count * PlanPanel.width + (plans.count - 1) * gap
    var x = margin
    var y = top
    for (fill, words) in entries {
      let needed = 240 + words.unicodeScalars.count * 76 + 160
      if x + needed > right, x > margin {
        x = margin
        y += 220
      }
      writer.rectangle(x, y, 140, 140, fill: fill, stroke: SVGPalette.frame)
      writer.text(x + 220, y + 115, words)
      x += needed
    }
    return y + 140
  }
}

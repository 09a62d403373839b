// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import KernelImages
import PhysicalMemory

/// A plan as a picture: RAM to scale, a lens on the part in use, the segments, and the written
/// ranges in order of time. Lost bytes are hatched in red.
public enum PlanSVG {
  /// Draws a plan, with another one on its left if there is one: the old rule beside ours.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - other: The plan to compare with.
  ///   - theme: Light, dark, or the preference of the reader's program.
  /// - Returns: An SVG 1.1 document that needs no other file; the same for the same plans.
  public static func draw(
    _ plan: BootPlan, beside other: BootPlan? = nil, theme: SVGTheme = .auto
  ) -> String {
    let plans = ((other.map { [$0] } ?? []) + [plan]).map { DrawablePlan($0) }
    let (writer, height) = layout(plan, plans)
    return writer.document(
      width: width(plans), height: height, title: title(plan) + ": where a kexec puts everything",
      description: description(plans), theme: theme)
  }

  /// Draws everything and returns the height.
  static func layout(_ plan: BootPlan, _ plans: [DrawablePlan]) -> (SVGWriter, Int) {
    let sameMemory = plans.allSatisfy { $0.ram == plan.machine.memory.ram }
    var writer = SVGWriter()
    var tallest = 0
    for (index, drawn) in plans.enumerated() {
      let panel = PlanPanel(
        drawn, windows: MapWindows.all(for: (sameMemory ? plans : [drawn]).map { $0.plan }),
        left: margin + index * (PlanPanel.width + gap), top: margin + titleHeight)
      tallest = max(tallest, panel.draw(&writer))
    }
    for index in plans.indices.dropFirst() {
      let x = margin + index * (PlanPanel.width + gap) - gap / 2
      writer.line([(x, margin + titleHeight), (x, tallest)])
    }
    let room = width(plans) - 2 * margin
    writer.text(
      margin, margin + 200, SVGText.fit(title(plan), room, size: 240, .bold), size: 240,
      font: .bold)
    writer.text(
      margin, margin + 430, SVGText.fit(subtitle(plan), room, size: 130), size: 130, "f")
    let bottom = PictureLegend(plans).draw(&writer, top: tallest + 300, margin, right: room)
    return (writer, bottom + margin)
  }

  private static let margin = 240
  private static let gap = 480
  private static let titleHeight = 720

  private static func width(_ plans: [DrawablePlan]) -> Int {
    2 * margin + plans.count * PlanPanel.width + (plans.count - 1) * gap
  }

  private static func title(_ plan: BootPlan) -> String {
    let path = plan.files.first { $0.role == .kernel }?.path ?? ""
    if let name = path.split(separator: "/").last { return String(name) }
    return plan.kernel.chain.joined(separator: " > ")
  }

  private static func subtitle(_ plan: BootPlan) -> String {
    plan.kernel.chain.joined(separator: " > ") + ": " + plan.kernel.fileBytes.rounded
      + ", inflates to " + plan.kernel.inflatedBytes.value.rounded + "; "
      + plan.machine.memory.ram.count.rounded + " of RAM"
  }

  /// The picture in words, for readers who do not see it.
  private static func description(_ plans: [DrawablePlan]) -> String {
    var result = ""
    for drawable in plans {
      let plan = drawable.plan
      result += "Rule " + plan.rule.rawValue + ", handover " + plan.handover.rawValue + ": "
      result += drawable.verdict.words + "."
      for segment in plan.segments {
        result += " " + segment.name.rawValue + " at " + segment.range.description + "."
      }
      result += " RAM:"
      for bank in plan.machine.memory.ram.ranges { result += " " + bank.description }
      result += ". "
      for line in drawable.omissions { result += "Of" + line.dropFirst(2) + ". " }
    }
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Reporting

/// `kx plan`: decides where everything goes, and says why.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Decide where a kernel and its companions go, and say why.",
    discussion: """
      Without --machine or --ram, the memory is that of the device tree.
      The plan is printed even when it has errors; then the exit code is 1, and 73 when nothing \
      fits.
      """)

  @Argument(help: ArgumentHelp("The kernel; none with --assume.", valueName: "kernel"))
  var kernel: String?

  @OptionGroup var options: BootOptions

  @Flag(help: "Print the plan as a JSON document, which 'kx try' takes.")
  var json = false

  @Flag(
    help: """
      Print only the memory map and its ranges, the rule of kexec-tools beside ours where lines \
      are long enough.
      """)
  var map = false

  @Option(help: ArgumentHelp("Draw the plan into a file.", valueName: "file"))
  var svg: String?

  @Option(
    help: ArgumentHelp(
      "The ground of the picture: auto (as its reader prefers), light, or dark.",
      valueName: "name"))
  var svgTheme: SVGTheme = .auto

  func validate() throws {
    if map, json { throw ValidationError("--map and --json exclude each other.") }
  }

  func run() throws {
    do throws(Stop) {
      let files = try BootFiles(kernel: kernel, options, digests: json)
      let plan = try files.plan()
      // The rule of kexec-tools stands beside ours, where that rule can be applied.
      let isCompared = plan.rule == .exact && (svg != nil || map)
      let other = isCompared ? files.plan(rule: .kexecTools) : nil
      if let svg {
        try OutputFile.write(PlanSVG.draw(plan, beside: other, theme: svgTheme), to: svg)
      }
      print(plan, beside: other)
      if !plan.fits { throw Stop(what: "", code: ExitStatus.nothingFits) }
      if plan.hasErrors { throw Stop(what: "", code: ExitStatus.failed) }
    } catch {
      if !error.what.isEmpty { Terminal.tell(error) }
      throw error.code
    }
  }

  private func print(_ plan: BootPlan, beside other: BootPlan?) {
    let style = Terminal.style(for: 1)
    if json {
      Terminal.print(PlanDocument.json(plan))
    } else if map {
      Terminal.print(
        PlanComparison.render(
          plan, beside: other, style: style, width: Terminal.width, charset: Terminal.charset))
    } else {
      Terminal.print(
        PlanText.render(
          plan, style: style, width: Terminal.width, charset: Terminal.charset))
    }
  }
}

extension SVGTheme: ExpressibleByArgument {}

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
      EXAMPLES
        For a board, as its device tree describes it:
          kx plan vmlinuz --initrd initrd.img --dtb board.dtb
        For a machine that runs, from what 'kexec --snapshot=FILE' took there:
          kx plan vmlinuz --initrd initrd.img --machine machine.snapshot
        What the rule of kexec-tools would overwrite, and a picture of both:
          kx plan vmlinuz --initrd initrd.img --dtb board.dtb --rule kexec-tools
          kx plan vmlinuz --initrd initrd.img --dtb board.dtb --svg map.svg
        Without a kernel, from figures alone:
          kx plan --assume inflated=20M,bss=512K --ram 0x40000000+512M

      Without --machine or --ram, the memory is that of the device tree.
      The plan is printed even when it has errors; then the exit code is 1, and 73 when nothing \
      fits.
      """)

  @Argument(
    help: ArgumentHelp("The kernel; none with --assume.", valueName: "kernel"), completion: .file())
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

  @Option(help: ArgumentHelp("Draw the plan into a file.", valueName: "file"), completion: .file())
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
      if !plan.fits { throw .silently(ExitStatus.nothingFits) }
      if plan.hasErrors { throw .silently(ExitStatus.failed) }
    } catch {
      Terminal.tell(error)
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
          plan, style: style, width: Terminal.width, charset: Terminal.charset)
          + ExplanationText.pointer(plan.diagnostics, style: style))
    }
  }
}

extension SVGTheme: ExpressibleByArgument {}

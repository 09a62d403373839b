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

  @Option(help: ArgumentHelp("Draw the plan into a file.", valueName: "file"), completion: .file())
  var svg: String?

  func run() throws {
    do throws(Stop) {
      let files = try BootFiles(kernel: kernel, options, digests: json)
      let plan = try files.plan()
      if let svg { try draw(plan, files, svg) }
      if json {
        Terminal.print(PlanDocument.json(plan))
      } else {
        Terminal.print(
          PlanText.render(plan, style: Terminal.style(for: 1), width: Terminal.width)
            + ExplanationText.pointer(plan.diagnostics, style: Terminal.style(for: 1)))
      }
      if !plan.fits { throw .silently(ExitStatus.nothingFits) }
      if plan.hasErrors { throw .silently(ExitStatus.failed) }
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }

  /// Draws the plan; the rule of kexec-tools stands beside ours, where that rule can be applied.
  private func draw(_ plan: BootPlan, _ files: BootFiles, _ path: String) throws(Stop) {
    let other = plan.rule == .exact ? files.plan(rule: .kexecTools) : nil
    try OutputFile.write(PlanSVG.draw(plan, beside: other), to: path)
  }
}

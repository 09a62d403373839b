// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Reporting

/// `kx plan`: decides where everything goes, and says why.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Decide where a kernel and its companions go, and say why.",
    discussion: """
      Without --machine or --ram, the memory is that of the device tree.
      The plan is printed even when it has errors; then the exit code is 1, and 73 when nothing \
      fits.

      With --matrix every kernel is planned for every machine, on all cores:
        kx plan --matrix machines/*.snapshot kernels/* >fleet.jsonl
      Machines are snapshots, texts of /proc/iomem, folders, and device trees; what a file is, is \
      told by what stands in it. The other options go for every pair. One line of JSON is written \
      for each: machine by machine, each with all kernels, in the order of the command line; first \
      come the files that are neither. A table of what does not fit, and why, follows on the error \
      stream. The exit code is 1 when a pair has errors or does not fit, 65 or 66 when a file is of \
      no use.
      """)

  @Argument(
    help: ArgumentHelp(
      "The kernel; none with --assume. With --matrix, machines and kernels.", valueName: "kernel"))
  var files: [String] = []

  @Flag(help: "Plan every kernel of the files for every machine of them.")
  var matrix = false

  @OptionGroup var options: BootOptions

  @Flag(help: "Print the plan as a JSON document, which 'kx try' takes.")
  var json = false

  @Option(help: ArgumentHelp("Draw the plan into a file.", valueName: "file"))
  var svg: String?

  func validate() throws {
    if !matrix, files.count > 1 {
      throw ValidationError(
        "Several files: give one kernel, or --matrix to plan each kernel for each machine.")
    }
    guard matrix else { return }
    if options.machine != nil || !options.ram.isEmpty || options.dtb != nil {
      throw ValidationError(
        "--matrix takes the machines from among its files; leave out --machine, --ram and --dtb.")
    }
    if svg != nil || options.kernelOptions.vmlinux != nil {
      throw ValidationError(
        "--svg and --vmlinux are about one kernel; leave them out with --matrix.")
    }
  }

  func run() async throws {
    if matrix { return try await runMatrix() }
    do throws(Stop) {
      let files = try BootFiles(kernel: files.first, options, digests: json)
      let plan = try files.plan()
      if let svg { try draw(plan, files, svg) }
      if json {
        Terminal.write(1, PlanDocument.bytes(plan))
      } else {
        Terminal.print(
          PlanText.render(plan, style: Terminal.style(for: 1), width: Terminal.width))
      }
      if !plan.fits { throw Stop(what: "", code: ExitStatus.nothingFits) }
      if plan.hasErrors { throw Stop(what: "", code: ExitStatus.failed) }
    } catch {
      if !error.what.isEmpty { Terminal.tell(error) }
      throw error.code
    }
  }

  private func runMatrix() async throws {
    do throws(Stop) {
      let matrix = try await PlanMatrix(files, options)
      var failed = false
      let end = await matrix.run { line in
        if line.failure != nil { failed = true }
        Terminal.print(line.json)
      }
      Terminal.write(2, Array(end.utf8))
      if let first = matrix.uselessFiles.first { throw Stop(what: "", code: first.why.code) }
      if failed { throw Stop(what: "", code: ExitStatus.failed) }
    } catch {
      if !error.what.isEmpty { Terminal.tell(error) }
      throw error.code
    }
  }

  /// Draws the plan; the rule of kexec-tools stands beside ours, where that rule can be applied.
  private func draw(_ plan: BootPlan, _ files: BootFiles, _ path: String) throws(Stop) {
    let other = plan.rule == .exact ? files.plan(rule: .kexecTools) : nil
    try OutputFile.write(PlanSVG.draw(plan, beside: other), to: path)
  }
}

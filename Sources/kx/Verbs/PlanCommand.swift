// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import KernelImages
import Reporting

/// `kx plan`: decides the place of every part, and gives the reasons.
struct PlanCommand: AsyncParsableCommand {
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
        Every kernel for every machine, a line of JSON for each pair:
          kx plan --matrix machines/*.snapshot kernels/* >fleet.jsonl
        What U-Boot's addresses do to the boot, and the nearest that hold:
          kx plan vmlinuz --initrd initrd.img --dtb board.dtb --u-boot-env env
          kx plan vmlinuz --dtb board.dtb --at kernel=0x42000000 --format u-boot

      Without --machine or --ram, the memory is that of the device tree.
      The plan is printed even when it has errors; then the exit code is 1, and 73 when nothing \
      fits.

      With --matrix the files are kernels and machines in any order: snapshots, texts of \
      /proc/iomem, folders with one, and device trees; what stands in a file tells what it is. Every \
      kernel is planned for every machine, on all cores, and inflated once; the other options go \
      for every pair. The lines come machine by machine, each with all kernels, in the order of the \
      command line; files that are neither come first, and keep nothing else from being planned. What \
      does not fit follows on the error stream, by reason. The exit code is 1 when a \
      pair has errors or does not fit, 65 or 66 when a file is of no use.
      """)

  @Argument(
    help: ArgumentHelp(
      "The kernel; none with --assume. With --matrix, machines and kernels.", valueName: "kernel"),
    completion: .file())
  var files: [String] = []

  @Flag(help: "Plan every kernel of the files for every machine of them.")
  var matrix = false

  @OptionGroup(title: "What goes with the kernel, and where")
  var options: BootArguments

  @Flag(help: "Print the plan as a JSON document, which 'kx try' takes.")
  var json = false

  @Option(
    help: """
      What is printed: text (the plan), or u-boot (the commands for U-Boot that set the layout, or \
      with --at and --u-boot-env the nearest that holds).
      """)
  var format = Format.text

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

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case uboot = "u-boot"
  }

  func validate() throws {
    if format == .uboot, json || map || matrix {
      throw ValidationError(
        "--format u-boot prints commands; leave out --json, --map and --matrix.")
    }
    if svgTheme != .auto, svg == nil {
      throw ValidationError("--svg-theme is the ground of a picture; add --svg FILE.")
    }
    if map, json { throw ValidationError("--map and --json exclude each other.") }
    if !matrix, files.count > 1 {
      throw ValidationError(
        "Several files: give one kernel, or --matrix to plan each kernel for each machine.")
    }
    guard matrix else { return }
    if options.machine != nil || !options.ram.isEmpty || options.dtb != nil {
      throw ValidationError(
        "--matrix takes the machines from among its files; leave out --machine, --ram and --dtb.")
    }
    if map || svg != nil || options.kernelOptions.vmlinux != nil {
      throw ValidationError(
        "--map, --svg and --vmlinux are about one kernel; leave them out with --matrix.")
    }
  }

  func run() async throws {
    if matrix { return try await runMatrix() }
    do throws(Stop) {
      try OutputFile.refuse(svg, among: files + options.inputs)
      let files = try BootFiles(kernel: files.first, options, digests: json)
      let judged = try files.judged(forUBoot: format == .uboot)
      let plan = judged.plan
      // The plan by the rule of kexec-tools is shown beside ours, where that rule can be applied.
      let isCompared = plan.rule == .exact && (svg != nil || map)
      let other = isCompared ? files.plan(rule: .kexecTools) : nil
      if let svg {
        try OutputFile.write(PlanSVG.draw(plan, beside: other, theme: svgTheme), to: svg)
      }
      if format == .uboot {
        Self.printCommands(judged, files.given)
      } else {
        print(plan, beside: other)
      }
      if !plan.fits { throw .silently(ExitStatus.nothingFits) }
      if plan.hasErrors { throw .silently(ExitStatus.failed) }
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }

  /// Prints the commands for U-Boot; everything else goes to the error stream.
  private static func printCommands(_ judged: JudgedLayout, _ given: GivenBoot) {
    let shown = judged.plan.diagnostics.filter { $0.severity != .note || $0.code == .nearestLayout }
    Terminal.say(DiagnosticText.render(shown, style: Terminal.style(for: 2), width: 100))
    let plan = judged.plan
    let own = plan.fits && !plan.hasErrors ? GivenPlaces(plan.segments) : nil
    guard let places = judged.nearest ?? own else { return }
    Terminal.print(given.commands(places).map { $0 + "\n" }.joined())
  }

  private func print(_ plan: BootPlan, beside other: BootPlan?) {
    let style = Terminal.style(for: 1)
    if json {
      Terminal.write(1, PlanDocument.bytes(plan))
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

  private func runMatrix() async throws {
    do throws(Stop) {
      let matrix = try await PlanMatrix(files, options)
      var failed = false
      let end = await matrix.run { line in
        if line.failure != nil { failed = true }
        Terminal.print(line.json)
      }
      Terminal.write(2, Array(end.utf8))
      if let first = matrix.uselessFiles.first { throw .silently(first.why.code) }
      if failed { throw .silently(ExitStatus.failed) }
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }
}

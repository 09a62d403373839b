// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Bundles
import DeviceTree
import Handover
import KernelImages
import PhysicalMemory
import QEMULab
import Reporting

/// `kx try`: boots a plan in QEMU by raw placement, or measures its writes.
struct TryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try",
    abstract: "Boot a plan in QEMU, every segment and register as planned.",
    discussion: """
      EXAMPLES
        Does it come up, and with its initrd intact?
          kx try vmlinuz --initrd initrd.img --append console=ttyAMA0
        With as little memory as the real board has:
          kx try vmlinuz --initrd initrd.img --append console=ttyAMA0 --memory 128M
        Is anything written that the plan did not foresee?
          kx plan vmlinuz --dtb board.dtb --handover zimage --json >plan.json
          kx try plan.json --measure

      Takes a kernel and the options of 'plan', or a plan saved by 'kx plan --json'. The console \
      is shown as it comes; the last line is the verdict, and the exit code says the same.
      """)

  @Argument(
    help: ArgumentHelp("The kernel, or a saved plan.", valueName: "kernel"), completion: .file())
  var kernel: String

  @OptionGroup(title: "What goes with the kernel, and where")
  var options: BootArguments

  @Option(
    help: """
      How the segments come to their places: placed (QEMU's memory is filled), or ferry (as a \
      bundle, which moves them by itself).
      """)
  var via: Way = .placed

  @Option(
    name: .customLong("bundle-at"),
    help: ArgumentHelp(
      "With --via ferry: where the bundle is loaded; any address in RAM.", valueName: "address"))
  var bundleAddress: PhysicalAddress?

  @OptionGroup(title: "Ferry")
  var ferry: FerryOptions

  @Option(
    help: ArgumentHelp(
      "The RAM of the board; without it, that of the plan, else 512M.", valueName: "size"))
  var memory: ByteCount?

  @Option(
    help: ArgumentHelp(
      "The board: \(Board.all.map(\.name).joined(separator: ", ")).", valueName: "name"),
    completion: .list(Board.all.map(\.name)))
  var board: String?

  @Option(help: ArgumentHelp("The seconds the kernel gets to come up.", valueName: "seconds"))
  var timeout: Double = 120

  @Option(
    help: ArgumentHelp(
      "A regular expression; a line of the console that matches means success.",
      valueName: "regex"))
  var expect: String?

  @Flag(help: "Measure what the decompressor writes and hold the plan's footprint against it.")
  var measure = false

  @Flag(help: "Show only the verdict.")
  var quiet = false

  @Flag(
    name: .customLong("raw-console"),
    help: "Show the console on a terminal with every escape sequence that the guest writes.")
  var rawConsole = false

  @Option(
    name: .customLong("qemu-argument"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A further argument for QEMU.", valueName: "argument"))
  var qemuArguments: [String] = []

  enum Way: String, ExpressibleByArgument, CaseIterable {
    case placed, ferry
  }

  func validate() throws {
    if via == .ferry, measure {
      throw ValidationError(
        "--measure compares with the writes of a decompressor; it cannot be combined with --via "
          + "ferry.")
    }
    if measure, expect != nil {
      throw ValidationError("--measure ends before the console speaks; leave out --expect.")
    }
    if quiet, rawConsole {
      throw ValidationError("--quiet shows no console; leave out --raw-console.")
    }
    if via == .placed, ferry.isUsed || bundleAddress != nil {
      throw ValidationError("What is asked of Ferry takes --via ferry.")
    }
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout takes seconds, more than 0 and at most a day.")
    }
  }

  func run() async throws {
    do throws(Stop) {
      let trial = try await trial()
      if !quiet {
        for diagnostic in trial.plan.diagnostics where diagnostic.severity != .note {
          Terminal.say(
            DiagnosticText.render([diagnostic], style: Terminal.style(for: 2), width: 100))
        }
      }
      if measure { try await hold(trial) } else { try await boot(trial) }
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }

  /// Makes or reads the plan, and puts the segments together.
  private func trial() async throws(Stop) -> Trial {
    let file = try InputFile(kernel)
    // A plan begins with a brace; only blanks may stand in front of it.
    let head = file.slice(0, min(file.span.count, 4096))
    if head.first(where: {
      $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r")
        && $0 != UInt8(ascii: "\t")
    }) == UInt8(ascii: "{") {
      if ferry.treeFromLoader {
        throw Stop(
          what: "a saved plan has no room for another tree: --dtb-from-boot needs the kernel",
          hint: "name the kernel in place of the plan, with the options of 'kx plan'",
          code: .validationFailure)
      }
      if let option = options.answeredByPlan.first {
        throw .vain(option, "a saved plan is tried as it was saved")
      }
      return try await Trial(saved: file, board: try namedBoard(), memory: memory, options)
    }
    let machine = try await BoardMachine(
      try namedBoard() ?? .virt, memory: memory, qemuArguments: qemuArguments)
    return try Trial(kernel: kernel, options, machine, treeRoom: ferry.treeRoom)
  }

  private func namedBoard() throws(Stop) -> Board? {
    guard let name = board else { return nil }
    guard let found = Board.named(name) else {
      throw Stop(
        what: "--board cannot be '\(name)'",
        hint: WrongUsage.valueHint(name, among: Board.all.map(\.name)), code: .validationFailure)
    }
    return found
  }

  private func labBoot(_ trial: Trial) throws(Stop) -> LabBoot {
    guard let entry = trial.start else {
      Terminal.print(PlanText.render(trial.plan, style: Terminal.style(for: 1)))
      throw .silently(ExitStatus.nothingFits)
    }
    guard trial.plan.parameters != nil else {
      throw Stop(
        what: "the plan has neither a DTB nor an ATAG list: no kernel boots without",
        hint: "give --dtb FILE or --atags", code: .validationFailure)
    }
    if via == .ferry { return try bundledBoot(trial) }
    return LabBoot(
      board: trial.board, memoryBytes: trial.memory.rawValue, segments: trial.segments,
      entry: entry, timeout: .seconds(timeout), expect: expect, extraQEMUArguments: qemuArguments)
  }

  /// The same boot as a bundle, entered as a boot loader enters a zImage.
  private func bundledBoot(_ trial: Trial) throws(Stop) -> LabBoot {
    let bundled = try BundledPlan(trial.plan, trial.segments, tree: trial.tree, ferry)
    let address = bundleAddress ?? bundled.load ?? trial.board.ramBase
    var segments = [
      LabSegment(name: "bundle", address: address.rawValue, bytes: bundled.written.bytes)
    ]
    var passed: UInt32 = 0
    if ferry.treeFromLoader, let tree = try loaderTree(trial) {
      segments.append(tree)
      passed = UInt32(truncatingIfNeeded: tree.address)
    }
    return LabBoot(
      board: trial.board, memoryBytes: trial.memory.rawValue, segments: segments,
      entry: EntryState(address, ARMRegisters(parameters: passed)),
      timeout: .seconds(timeout), expect: expect, extraQEMUArguments: qemuArguments)
  }

  /// The board's own tree near the end of RAM, where a boot loader would leave it.
  private func loaderTree(_ trial: Trial) throws(Stop) -> LabSegment? {
    guard let bytes = trial.boardTree else { return nil }
    do throws(DeviceTreeError) {
      // QEMU's tree claims 1 MiB, nearly all of it empty.
      let tree = try DeviceTree(flattened: bytes.span).flattened()
      let end = trial.board.ramBase.rawValue + trial.memory.rawValue
      return LabSegment(name: "loader's tree", address: end - (2 << 20), bytes: tree)
    } catch {
      throw Stop(
        what: error.description, place: trial.board.name,
        hint: "give --dtb FILE; the tree is QEMU's own", code: ExitStatus.failed)
    }
  }

  private func boot(_ trial: Trial) async throws(Stop) {
    if trial.runsElsewhere {
      // The console would stay empty until the time is over.
      throw Stop(
        what: "the kernel is not started: it cannot run on the board's processor",
        hint: "name another board with --board, or another kernel", code: ExitStatus.failed)
    }
    let lab = try labBoot(trial)
    let outcome: LabOutcome
    // The console itself shows progress.
    let progress = Progress(quiet ? "booting in QEMU" : "starting QEMU")
    defer { progress.finish() }
    let console = GuestConsole(isRaw: rawConsole)
    do throws(LabError) {
      outcome = try await QEMULab.boot(lab) { [quiet] in
        if quiet { return }
        progress.finish()
        console.write($0)
      }
    } catch {
      throw Stop(lab: error)
    }
    let style = Terminal.style(for: 1)
    progress.finish()
    let tenths = Int((outcome.wallSeconds * 10).rounded())
    Terminal.print(
      "\n" + style.paint("verdict:", .heading) + " "
        + style.paint(
          PrintableText.clean(outcome.verdict.description),
          outcome.verdict.isBooted ? .good : .error)
        + " (\(tenths / 10).\(tenths % 10) s, \(trial.plan.handover.rawValue) handover, entry "
        + "\(lab.entry.address))\n")
    guard outcome.verdict.isBooted else {
      throw .silently(ExitCode(outcome.verdict.exitCode))
    }
  }

  private func hold(_ trial: Trial) async throws(Stop) {
    let lab = try labBoot(trial)
    guard let kernel = trial.inflatedKernel else {
      throw Stop(
        what: "there is nothing to measure: the plan hands over a plain Image, and no "
          + "decompressor runs", hint: "plan with --handover zimage", code: .validationFailure)
    }
    let measurement: LabMeasurement
    let progress = Progress("measuring in two runs in QEMU")
    defer { progress.finish() }
    let console = GuestConsole(isRaw: rawConsole)
    do throws(LabError) {
      measurement = try await QEMULab.measure(lab, stopAt: kernel.rawValue) { [quiet] in
        if !quiet { console.write($0) }
      }
    } catch {
      throw Stop(lab: error)
    }
    progress.finish()
    let comparison = FootprintComparison(trial.plan, measurement)
    Terminal.print(comparison.text(style: Terminal.style(for: 1)))
    if let changed = trial.changed {
      Terminal.tell(
        Stop(
          what: "the saved plan is not what its own figures give: \(changed)",
          hint: "make the plan anew", code: ExitStatus.failed))
    }
    guard comparison.holds, trial.changed == nil else {
      throw .silently(ExitStatus.failed)
    }
  }
}

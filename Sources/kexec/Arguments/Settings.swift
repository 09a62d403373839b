// SPDX-License-Identifier: Apache-2.0
import BootEntries
import BootPlanning
import KernelImages
import PhysicalMemory
import Reporting

/// The request that the command line makes.
struct Settings {
  /// The step that the user asked for.
  enum Verb: String {
    /// Without a verb: load, then let the init system shut down.
    case loadAndShutDown = "no verb"
    case load = "--load"
    case unload = "--unload"
    case exec = "--exec"
    case status = "--status"
    case printCrashBytes = "--print-ckr-size"
    case check = "--check"
    case snapshot = "--snapshot"
    case listEntries = "--list-entries"
    case verifyBoot = "--verify-boot"
    case loadPlan = "--load-plan"
    case help = "--help"
    case version = "--version"
  }

  var verb = Verb.loadAndShutDown
  /// The first option that names a part of the boot; nil without one.
  var bootOption: Option?
  /// The file of the verbs that take one: a snapshot to write, a plan to load.
  var verbFile = ""
  var kernel: String?
  /// The boot entry that is booted in place of a kernel's file.
  var entry: EntryWish?
  /// The folder under which the usual places of entries are searched; without a slash at its end.
  var root = ""
  var initrds: [String] = []
  var dtb: String?
  var overlays: [String] = []
  var vmlinux: String?
  var commandLine: String?
  var reusesCommandLine = false
  var dropsOldRoot = false
  var wantsATAGs = false
  var machineNumber: UInt32?
  var type: ImageKind?
  var fitConfiguration: String?
  var treeIndex: Int?
  var imageBytes: ByteCount?
  /// The kernel of a saved plan; the user may have stated some of its figures.
  var figures: PlannedKernel?
  var pageOffset: UInt64?
  var memoryFloor: PhysicalAddress?
  /// The reservations of a saved plan.
  var reservations: [ReservedRange] = []
  var memoryCeiling: PhysicalAddress?
  var handover: HandoverKind?
  var machine: String?
  var onCrash = false
  /// Whether the status of the ordinary kernel is asked for, not that of the crash kernel.
  var asksAboutOrdinary = false
  var isForced = false
  var leavesInterfaces = false
  var skipsSync = false
  var dryRun = false
  var json = false
  var isTalkative = false
  var log: String?
  /// Options that were given but change nothing.
  var notes: [String] = []

  /// Whether notes of a plan are shown; an ordinary load shows only warnings and errors.
  var showsNotes: Bool {
    isTalkative || dryRun || json || verb != .load && verb != .loadAndShutDown
  }

  /// Reads arguments, the program's name not among them.
  init(_ arguments: some Sequence<String>) throws(Stop) {
    do throws(Stop) {
      try read(arguments)
    } catch {
      // An unknown option is reported first: other errors may follow from it.
      throw OptionReader.unknownOption(among: arguments) ?? error
    }
  }

  private mutating func read(_ arguments: some Sequence<String>) throws(Stop) {
    var reader = OptionReader(arguments)
    while let item = try reader.next() {
      switch item {
      case .operand(let path):
        guard kernel == nil else {
          throw .usage(
            "there are two kernels: '" + (kernel ?? "") + "' and '" + path + "'",
            hint: "other files go with --initrd, --dtb and the like")
        }
        kernel = path
      case .option(let option, let value): try take(option, value)
      }
    }
    try checkTogether()
  }

  private func checkTogether() throws(Stop) {
    if onCrash, verb != .unload, verb != .status {
      throw .usage(
        "-p (a kernel for the case of a crash) is not there yet",
        hint: "load with -l, start with -e")
    }
    let needsKernel = verb == .load || verb == .loadAndShutDown
    try checkEntry(needsKernel)
    if needsKernel, kernel == nil, entry == nil {
      throw .usage(
        "there is no kernel to load",
        hint: "kexec -l KERNEL --initrd=FILE --append=TEXT, or kexec -l --newest")
    }
    if !needsKernel, verb != .check, let kernel {
      throw .usage("'" + kernel + "' is one argument too many for " + verb.rawValue)
    }
    if let bootOption, !needsKernel, verb != .check || kernel == nil && entry == nil {
      throw misplaced("--" + bootOption.rawValue)
    }
    if dryRun, !needsKernel, verb != .loadPlan { throw misplaced("--dry-run") }
    let starts = verb == .exec || verb == .loadAndShutDown
    if log != nil, !starts && verb != .load || dryRun {
      throw .usage("--log goes with what loads or starts a kernel: -l, -e, -f, or no verb")
    }
    if isForced, !starts { throw misplaced("--force") }
    if json, verb == .exec || verb == .unload || verb == .snapshot || verb == .printCrashBytes {
      throw .usage("there is no --json of " + verb.rawValue)
    }
    if wantsATAGs, dtb != nil || !overlays.isEmpty || treeIndex != nil {
      throw .usage("--atags passes no device tree; leave out --dtb, --dtbo and --dtb-index")
    }
    if machine != nil, !dryRun, verb != .check, verb != .listEntries {
      throw .usage(
        "--machine names another machine, for which nothing can be loaded here",
        hint: "add --dry-run, or use --check or --list-entries")
    }
    if let floor = memoryFloor, let ceiling = memoryCeiling, floor > ceiling {
      throw .usage("--mem-min lies above --mem-max")
    }
  }

  private func misplaced(_ what: String) -> Stop {
    .usage(what + " goes with a kernel to load, not with " + verb.rawValue)
  }

  private func checkEntry(_ needsKernel: Bool) throws(Stop) {
    if entry == nil, verb != .listEntries {
      if root.isEmpty { return }
      throw .usage(
        "--root is where entries are looked for; files that are named are taken as they are",
        hint: "add --newest, --entry-from or --entry-id")
    }
    guard let entry else { return }
    if !needsKernel, verb != .check, verb != .listEntries {
      throw misplaced("an entry")
    }
    if let kernel {
      throw .usage(
        "'" + kernel + "' is a kernel, and --newest, --entry-from and --entry-id find another")
    }
    if entry.isNewest, entry.id != nil || entry.origin == .extlinux || entry.origin == .petitboot {
      throw .usage(
        "--newest finds by version, in /boot or among entries of the Boot Loader Specification",
        hint: "leave --newest out to take what the configuration or the name says")
    }
  }
}

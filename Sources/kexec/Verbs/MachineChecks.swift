// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import LinuxInterface
import PhysicalMemory

/// The lines of a check, in the order in which things would go wrong.
struct MachineChecks {
  private(set) var lines: [CheckLine] = []

  /// Checks what the running kernel tells of itself.
  init(_ facts: KernelFacts) {
    switch facts.isLoaded {
    case .some(let loaded):
      add(.ok, "KX001", "this kernel can load another" + (loaded ? "; one is loaded" : ""))
    case nil:
      add(
        .warning, "KX001", "the kernel does not tell whether it can load another",
        hint: "mount /sys; without /sys/kernel/kexec_loaded, CONFIG_KEXEC is off")
    }
    if facts.mayBoot == false {
      add(.error, "KX002", "this process has no CAP_SYS_BOOT", hint: "run as root")
    } else {
      add(.ok, "KX002", "this process may load and start kernels")
    }
    if facts.isLoadingDisabled == true || facts.loadsLeft == 0 {
      let cause = facts.loadsLeft == 0 ? KexecLoadCause.noLoadsLeft : .loadingDisabled
      add(.error, "KX003", cause.description, hint: cause.remedy)
    } else {
      add(.ok, "KX003", "loading is not switched off")
    }
    if let lockdown = facts.lockdown, lockdown != .none {
      let cause = KexecLoadCause.lockedDown(lockdown)
      add(.error, "KX004", cause.description, hint: cause.remedy)
    } else {
      add(.ok, "KX004", "the kernel is not locked down")
    }
    switch facts.canParkCPUs {
    case .some(true): add(.ok, "KX005", "all CPUs but the first can be parked")
    case .some(false):
      let cause = KexecLoadCause.cannotParkCPUs(count: facts.possibleCPUs?.count, arm64: false)
      add(.error, "KX005", cause.description, hint: cause.remedy)
    case nil:
      add(
        .warning, "KX005", "it is not known whether CPUs can be parked before the jump",
        hint: "a kernel with several CPUs needs CONFIG_HOTPLUG_CPU and firmware that stops them")
    }
    if facts.isCrashKernelLoaded == true {
      add(.ok, "KX006", "a crash kernel is loaded; an ordinary load leaves it alone")
    }
  }

  /// Adds a line.
  mutating func add(
    _ severity: CheckLine.Severity, _ code: String, _ message: String, hint: String = ""
  ) {
    lines.append(CheckLine(severity: severity, code: code, message: message, hint: hint))
  }

  /// Checks what the machine was started with.
  mutating func addMachine(_ machine: MachineState) {
    add(
      .ok, "KX007",
      "/proc/iomem names " + machine.memory.ram.count.rounded + " of RAM in "
        + (machine.memory.ram.ranges.count == 1
          ? "one range" : String(machine.memory.ram.ranges.count) + " ranges"))
    if let configuration = machine.configuration, !configuration.has("KEXEC") {
      add(
        machine.facts.isLoaded == nil ? .error : .warning, "KX001",
        configuration.origin + " says that CONFIG_KEXEC is off",
        hint: "build the running kernel with CONFIG_KEXEC=y")
    }
    switch machine.parameters {
    case .deviceTree(_, _, let origin):
      add(.ok, "KX008", "the device tree can be read: " + origin.rawValue)
    case .atags: add(.ok, "KX008", "the machine was started with ATAGs, which are passed on")
    case .none:
      add(
        .warning, "KX008", "the running kernel shows neither its device tree nor ATAGs",
        hint: "name a tree with --dtb")
    }
    for (cpu, method) in machine.enableMethods where method == "spin-table" {
      add(
        .error, "KX005",
        "the CPU " + cpu + " is started by spin-table, from which it never returns",
        hint: "start the running kernel with maxcpus=1 nr_cpus=1, or use firmware with PSCI")
    }
  }

  /// Checks the files and the plan.
  mutating func addBoot(_ boot: DeviceBoot) {
    for diagnostic in boot.plan.diagnostics where diagnostic.severity != .note {
      add(
        diagnostic.severity == .error ? .error : .warning, diagnostic.code, diagnostic.message,
        hint: diagnostic.hint)
    }
    if boot.plan.fits, !boot.plan.hasErrors {
      add(
        .ok, "KX009",
        "everything has a place: " + boot.plan.handover.rawValue + " handover, entry "
          + (boot.plan.entry?.description ?? ""))
    }
    addConsole(boot)
  }

  /// A kernel that talks to nobody looks like one that did not come up.
  private mutating func addConsole(_ boot: DeviceBoot) {
    let words = boot.plan.commandLine.split(separator: " ")
    let consoles = words.filter { $0.utf8.starts(with: "console=".utf8) }
    if let console = consoles.last {
      let running = (boot.machine.commandLine ?? "").split(separator: " ")
      let known = running.contains { $0 == console }
      let path = boot.prepared.tree?.stdoutPath
      if known || path != nil {
        add(.ok, "KX010", "the command line names a console: " + String(console))
      } else {
        add(
          .warning, "KX010", "the running kernel has not " + String(console),
          hint: "compare with /proc/cmdline")
      }
    } else if boot.prepared.tree?.stdoutPath != nil {
      add(.ok, "KX010", "the device tree names a console")
    } else {
      add(
        .warning, "KX010", "neither the command line nor the tree names a console",
        hint: "append console=, or nothing will be seen")
    }
  }

  /// Checks what the kernel would say to the call, in its order.
  mutating func addCall(_ call: KexecLoadCall, _ machine: MachineState) {
    let own: [KexecLoadCause] = [.noCapability, .loadingDisabled, .noLoadsLeft]
    var clean = true
    for cause in call.causes(
      machine.facts, memory: machine.memory, configuration: machine.configuration)
    where !own.contains(cause) {
      if case .lockedDown = cause { continue }
      if case .cannotParkCPUs = cause { continue }
      clean = false
      var severity = CheckLine.Severity.error
      if case .notEnoughMemory = cause { severity = .warning }
      add(severity, "KX011", cause.description, hint: cause.remedy)
    }
    if clean {
      let bytes = call.stagingBytes(pageBytes: machine.facts.pageBytes.rawValue)
      add(
        .ok, "KX011",
        "the kernel will take the segments; until the jump they need "
          + bytes.rounded + " of memory")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import KernelImages
import LinuxInterface
import PhysicalMemory

/// The lines of a check, in the order in which a load and a jump would fail.
struct MachineChecks {
  private(set) var lines: [Diagnostic] = []

  /// Checks the facts of the running kernel.
  ///
  /// - Parameters:
  ///   - facts: The facts; nil when only the memory is known.
  ///   - configuration: The configuration of the kernel; nil when the kernel does not show it.
  mutating func addKernel(_ facts: KernelFacts?, _ configuration: KernelConfiguration?) {
    guard let facts else {
      add(
        .warning, .runningKernelUnknown,
        "nothing is told of the running kernel: whether it can load is open",
        hint: "take a snapshot there: kexec --snapshot=FILE")
      return
    }
    addCall(facts, configuration)
    if facts.mayBoot == false {
      add(.error, .bootCapability, "this process has no CAP_SYS_BOOT", hint: "run as root")
    } else {
      add(.ok, .bootCapability, "this process may load and start kernels")
    }
    if facts.isLoadingDisabled == true || facts.loadsLeft == 0 {
      let cause = facts.loadsLeft == 0 ? KexecLoadCause.noLoadsLeft : .loadingDisabled
      add(.error, .loadingSwitch, cause.description, hint: cause.remedy)
    } else {
      add(.ok, .loadingSwitch, "loading is not switched off")
    }
    if let lockdown = facts.lockdown, lockdown != .none {
      let cause = KexecLoadCause.lockedDown(lockdown)
      add(.error, .lockdown, cause.description, hint: cause.remedy)
    } else {
      add(.ok, .lockdown, "the kernel is not locked down")
    }
    switch facts.canParkCPUs {
    case .some(true): add(.ok, .cpuParking, "all CPUs but the first can be parked")
    case .some(false):
      let cause = KexecLoadCause.cannotParkCPUs(count: facts.possibleCPUs?.count, arm64: false)
      add(.error, .cpuParking, cause.description, hint: cause.remedy)
    case nil:
      add(
        .warning, .cpuParking, "it is not known whether CPUs can be parked before the jump",
        hint: "a kernel with several CPUs needs CONFIG_HOTPLUG_CPU and firmware that stops them")
    }
    if facts.isCrashKernelLoaded == true {
      add(.ok, .crashKernelLoaded, "a crash kernel is loaded; an ordinary load leaves it alone")
    }
  }

  /// Checks that there is a call to load a kernel with: /sys and the kernel's configuration show
  /// it.
  private mutating func addCall(_ facts: KernelFacts, _ configuration: KernelConfiguration?) {
    let code = DiagnosticCode.kexecCall
    let isOff = configuration.map { !$0.has("KEXEC") }
    let origin = configuration?.origin ?? ""
    switch (facts.isLoaded, isOff) {
    case (.some, .some(true)):
      add(
        .warning, code,
        "this kernel can load another, though " + origin + " says that CONFIG_KEXEC is off",
        hint: "is it the configuration of the running kernel?")
    case (.some(let loaded), _):
      add(.ok, code, "this kernel can load another" + (loaded ? "; one is loaded" : ""))
    case (nil, .some(true)):
      add(
        .error, code, origin + " says that CONFIG_KEXEC is off",
        hint: "build the running kernel with CONFIG_KEXEC=y")
    case (nil, _):
      add(
        .warning, code, "the kernel does not tell whether it can load another",
        hint: "mount /sys; without /sys/kernel/kexec_loaded, CONFIG_KEXEC is off")
    }
  }

  /// Adds a line.
  mutating func add(
    _ severity: Severity, _ code: DiagnosticCode, _ message: String, hint: String = ""
  ) {
    lines.append(Diagnostic(code, severity, message, hint: hint))
  }

  /// Checks the boot data of the machine.
  mutating func addMachine(_ machine: MachineState) {
    add(
      .ok, .machineRead,
      "/proc/iomem names " + machine.memory.ram.count.rounded + " of RAM in "
        + (machine.memory.ram.ranges.count == 1
          ? "one range" : String(machine.memory.ram.ranges.count) + " ranges"))
    switch machine.parameters {
    case .deviceTree(_, _, let origin):
      add(.ok, .runningParameters, "the device tree can be read: " + origin.rawValue)
    case .atags:
      add(.ok, .runningParameters, "the machine was started with ATAGs, which are passed on")
    case .none:
      add(
        .warning, .runningParameters, "the running kernel shows neither its device tree nor ATAGs",
        hint: "name a tree with --dtb")
    }
    if machine.parameters.tree?.chosen?.property(named: "linux,uefi-system-table") != nil {
      add(
        .warning, .startedByUEFI,
        "UEFI started this machine; a plan does not know where its tables lie",
        hint: "load with a tree that has no linux,uefi- properties, if the kernel can do without")
    }
    for (cpu, method) in (machine.parameters.tree?.enableMethods ?? []) where method == "spin-table"
    {
      add(
        .error, .cpuParking,
        "the CPU " + cpu + " is started by spin-table, from which it never returns",
        hint: "start the running kernel with maxcpus=1 nr_cpus=1, or use firmware with PSCI")
    }
  }
}

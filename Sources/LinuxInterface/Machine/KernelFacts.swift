// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// What the running kernel tells of itself, apart from memory and device tree. nil is always: not
/// told, for the kernel is older, or was built without it, or the file may not be read.
public struct KernelFacts: Hashable, Sendable {
  /// The release: `6.1.0-50-armmp`; empty when a snapshot does not tell.
  public var release = ""
  /// The machine: `armv7l`; empty when a snapshot does not tell.
  public var machine = ""
  /// The size of a page.
  public var pageBytes = ByteCount(UInt64(4096))
  /// Where the kernel's configuration was read: `/proc/config.gz`.
  public var configurationOrigin: String?

  /// Whether a kernel is loaded.
  public var isLoaded: Bool?
  /// Whether a kernel for the case of a crash is loaded.
  public var isCrashKernelLoaded: Bool?
  /// The memory that is kept for a kernel in case of a crash; 0 when none is.
  public var crashBytes: ByteCount?

  /// Whether loading was switched off, which lasts until the machine is started anew.
  public var isLoadingDisabled: Bool?
  /// How often a kernel may still be loaded; −1 for any number of times (Linux 6.3 and later).
  public var loadsLeft: Int64?
  /// How far even root is kept from changing the kernel.
  public var lockdown: Lockdown?
  /// The capabilities in effect, one bit each.
  public var capabilities: UInt64?
  /// How this process is restricted to some system calls: 0 not at all, 1 strictly, 2 by a filter.
  public var seccompMode: UInt64?

  /// All memory the kernel manages.
  public var memoryTotal: ByteCount?
  /// What could be given to programs without swapping (Linux 3.14 and later).
  public var memoryAvailable: ByteCount?

  /// The CPUs that may ever be.
  public var possibleCPUs: CPUSet?
  /// The CPUs that are there.
  public var presentCPUs: CPUSet?
  /// The CPUs that run.
  public var onlineCPUs: CPUSet?
  /// The CPUs that can be taken offline.
  public var removableCPUs: CPUSet?
  /// Whether the device tree names firmware that stops CPUs, PSCI.
  public var hasPSCI: Bool?

  /// States nothing.
  public init() {}

  /// The architecture of the running kernel; nil when it is not known here.
  public var architecture: KexecArchitecture? { KexecArchitecture(machine: machine) }

  /// Whether this process may load kernels, CAP_SYS_BOOT; nil when it is not told.
  ///
  /// Source: Linux 6.1, include/uapi/linux/capability.h.
  public var mayBoot: Bool? { capabilities.map { $0 >> 22 & 1 == 1 } }

  /// Whether this process sees addresses in /proc/iomem, CAP_SYS_ADMIN; nil when it is not told.
  public var mayAdminister: Bool? { capabilities.map { $0 >> 21 & 1 == 1 } }

  /// Whether the CPUs other than the first can be parked before the jump: true with one CPU, nil
  /// when it is not told.
  ///
  /// A 32-bit ARM kernel refuses to load unless its platform can also wait for a CPU to be off
  /// (cpu_kill). That a CPU can be taken offline (cpu_die) does not tell it: vexpress has the one
  /// without the other. PSCI has both.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/setup.c, topology_init; smp.c, platform_can_cpu_hotplug;
  /// machine_kexec.c, machine_kexec_prepare; mach-versatile/platsmp-vexpress.c; psci_smp.c.
  public var canParkCPUs: Bool? {
    guard let possible = possibleCPUs ?? presentCPUs else { return nil }
    if possible.count <= 1 { return true }
    guard let removable = removableCPUs else { return nil }
    // A CPU that was never started has nothing to be parked.
    let others = (presentCPUs ?? possible).numbers.dropFirst()
    guard !others.isEmpty else { return nil }
    guard others.contains(where: { removable.contains($0) }) else { return false }
    return architecture != .arm || hasPSCI == true ? true : nil
  }
}

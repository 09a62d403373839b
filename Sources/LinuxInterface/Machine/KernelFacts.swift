// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The facts of the running kernel, apart from memory and device tree. nil always means unknown:
/// the kernel is older, or was built without the feature, or the file may not be read.
public struct KernelFacts: Hashable, Sendable {
  /// The release: `6.1.0-50-armmp`; empty when a snapshot lacks it.
  public var release = ""
  /// The machine: `armv7l`; empty when a snapshot lacks it.
  public var machine = ""
  /// The size of a page.
  public var pageBytes = ByteCount(UInt64(4096))
  /// The file with the kernel's configuration: `/proc/config.gz`.
  public var configurationOrigin: String?

  /// Whether a kernel is loaded.
  public var isLoaded: Bool?
  /// Whether a crash kernel is loaded.
  public var isCrashKernelLoaded: Bool?
  /// The memory that is reserved for a crash kernel; 0 when there is none.
  public var crashBytes: ByteCount?

  /// Whether loading is switched off, which lasts until the machine is restarted.
  public var isLoadingDisabled: Bool?
  /// How many times a kernel may still be loaded; −1 for no limit (Linux 6.3 and later).
  public var loadsLeft: Int64?
  /// The lockdown, which keeps even root from changing the kernel.
  public var lockdown: Lockdown?
  /// The capabilities in effect, one bit each.
  public var capabilities: UInt64?
  /// The restriction of this process's system calls: 0 for none, 1 strict, 2 by a filter.
  public var seccompMode: UInt64?

  /// All memory that the kernel manages.
  public var memoryTotal: ByteCount?
  /// The memory that is available to programs without swapping (Linux 3.14 and later).
  public var memoryAvailable: ByteCount?

  /// The CPUs that may ever be present.
  public var possibleCPUs: CPUSet?
  /// The CPUs that are present.
  public var presentCPUs: CPUSet?
  /// The CPUs that run.
  public var onlineCPUs: CPUSet?
  /// The CPUs that can be taken offline.
  public var removableCPUs: CPUSet?
  /// Whether the device tree names PSCI, firmware that stops CPUs.
  public var hasPSCI: Bool?

  /// No facts.
  public init() {}

  /// The architecture of the running kernel; nil when it is unknown.
  public var architecture: KexecArchitecture? { KexecArchitecture(machine: machine) }

  /// Whether this process may load kernels, CAP_SYS_BOOT; nil when this is unknown.
  ///
  /// Source: Linux 6.1, include/uapi/linux/capability.h.
  public var mayBoot: Bool? { capabilities.map { $0 >> 22 & 1 == 1 } }

  /// Whether this process sees addresses in /proc/iomem, CAP_SYS_ADMIN; nil when this is unknown.
  public var mayAdminister: Bool? { capabilities.map { $0 >> 21 & 1 == 1 } }

  /// Whether the CPUs other than the first can be parked before the jump: true with one CPU, nil
  /// when this is unknown.
  ///
  /// A 32-bit ARM kernel refuses to load unless its platform can also wait for a CPU to be off
  /// (cpu_kill). Taking a CPU offline needs only cpu_die, so it is no proof: vexpress has cpu_die
  /// without cpu_kill. PSCI has both.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/setup.c, topology_init; smp.c, platform_can_cpu_hotplug;
  /// machine_kexec.c, machine_kexec_prepare; mach-versatile/platsmp-vexpress.c; psci_smp.c.
  public var canParkCPUs: Bool? {
    guard let possible = possibleCPUs ?? presentCPUs else { return nil }
    if possible.count <= 1 { return true }
    guard let removable = removableCPUs else { return nil }
    // A CPU that was never started need not be parked.
    let others = (presentCPUs ?? possible).numbers.dropFirst()
    guard !others.isEmpty else { return nil }
    guard others.contains(where: { removable.contains($0) }) else { return false }
    return architecture != .arm || hasPSCI == true ? true : nil
  }
}

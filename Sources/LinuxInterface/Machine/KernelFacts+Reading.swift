// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension KernelFacts {
  /// Reads the facts of the running kernel; no privilege is needed.
  ///
  /// If a file is missing, or may not be read, its fact stays nil; any other failure is an error.
  ///
  /// Source: Linux 6.1, kernel/ksysfs.c (/sys/kernel/kexec_loaded and others; since 6.19 in
  /// /sys/kernel/kexec/), kernel/kexec_core.c (kexec_load_disabled; kexec_load_limit_reboot since
  /// 6.3), security/lockdown/lockdown.c, fs/proc/array.c (CapEff, Seccomp), fs/proc/meminfo.c,
  /// drivers/base/cpu.c.
  ///
  /// - Parameters:
  ///   - kernel: The running Linux.
  ///   - isForPlan: Whether to read only the facts that a plan needs: release, machine and memory.
  /// - Returns: The facts.
  /// - Throws: ``LinuxInterfaceError`` with the path.
  public static func read(
    from kernel: some KernelInterface, forPlan isForPlan: Bool = false
  ) throws(LinuxInterfaceError) -> KernelFacts {
    var facts = KernelFacts()
    let reader = FileReader(kernel)
    facts.pageBytes = ByteCount(kernel.pageBytes)
    do throws(Errno) {
      let name = try kernel.systemName()
      facts.release = oneLine(name.release)
      facts.machine = oneLine(name.machine)
    } catch {
      throw LinuxInterfaceError("the kernel's name", .system(error, "read"))
    }
    if let text = try reader.lines("/proc/meminfo") {
      facts.memoryTotal = kibibytes("MemTotal:", in: text)
      facts.memoryAvailable = kibibytes("MemAvailable:", in: text)
    }
    if isForPlan { return facts }
    facts.isLoaded = try reader.flag("/sys/kernel/kexec/loaded", "/sys/kernel/kexec_loaded")
    facts.isCrashKernelLoaded = try reader.flag(
      "/sys/kernel/kexec/crash_loaded", "/sys/kernel/kexec_crash_loaded")
    facts.crashBytes = try reader.number(
      "/sys/kernel/kexec/crash_size", "/sys/kernel/kexec_crash_size"
    ).map { ByteCount($0) }
    facts.isLoadingDisabled = try reader.flag("/proc/sys/kernel/kexec_load_disabled")
    if let text = try reader.text("/proc/sys/kernel/kexec_load_limit_reboot") {
      facts.loadsLeft =
        text == [0x2d, 0x31] ? -1 : UInt64(digits: text).flatMap { Int64(exactly: $0) }
    }
    if let text = try reader.text("/sys/kernel/security/lockdown") {
      facts.lockdown = Lockdown(parsing: text)
    }
    if let text = try reader.lines("/proc/self/status") {
      facts.capabilities = ProcText.field("CapEff:", in: text, hexadecimal: true)
      facts.seccompMode = ProcText.field("Seccomp:", in: text)
    }
    facts.possibleCPUs = try cpus("possible", reader)
    facts.presentCPUs = try cpus("present", reader)
    facts.onlineCPUs = try cpus("online", reader)
    if let present = facts.presentCPUs {
      var removable: [UInt32] = []
      for number in present.numbers {
        // The kernel makes this file only for a CPU that can be taken offline.
        let path = "/sys/devices/system/cpu/cpu" + String(number) + "/online"
        if try reader.exists(path) { removable.append(number) }
      }
      facts.removableCPUs = CPUSet(removable)
    }
    // Source: Linux 6.1, Documentation/devicetree/bindings/arm/psci.yaml: the method is required.
    if try reader.exists("/proc/device-tree/psci/method") { facts.hasPSCI = true }
    return facts
  }

  private static func kibibytes(_ label: String, in text: [UInt8]) -> ByteCount? {
    ProcText.field(label, in: text).flatMap { ByteCount($0).multiplied(by: 1024) }
  }

  private static func cpus(
    _ name: String, _ reader: FileReader<some KernelInterface>
  ) throws(LinuxInterfaceError) -> CPUSet? {
    let path = "/sys/devices/system/cpu/" + name
    guard let text = try reader.text(path) else { return nil }
    let list = String(decoding: text, as: UTF8.self)
    guard let set = CPUSet(parsing: list) else {
      throw LinuxInterfaceError(
        path, .value(line: 1, found: list.first(60), expected: "a list such as 0-3,5"))
    }
    return set
  }
}

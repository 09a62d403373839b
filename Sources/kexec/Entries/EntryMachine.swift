// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import LinuxInterface

/// The facts of a machine that decide which entry is taken: those of the running machine, or of the
/// one that `--machine` names.
struct EntryMachine {
  /// The release of its kernel; empty when it is not known.
  var release = ""
  /// `compatible` of its tree's root; empty when it is not known.
  var compatible: [UInt8] = []
  var processor = Processor()

  /// Reads the machine that an entry is wanted for.
  init(_ settings: Settings, on kernel: some KernelInterface) throws(Stop) {
    if settings.machine != nil {
      let machine = try DeviceBoot.machine(settings, kernel)
      release = machine.facts.release
      processor = machine.processor
      if let tree = machine.parameters.tree {
        compatible = tree.root.property(named: "compatible")?.value ?? []
        processor.take(tree)
      }
      return
    }
    // On another architecture, entries are those of a mounted system: this machine decides nothing.
    guard let name = try? kernel.systemName(),
      KexecArchitecture(machine: name.machine) == .arm
    else { return }
    release = name.release
    compatible = (try? kernel.readFile("/proc/device-tree/compatible", limit: 4096)) ?? []
    processor = Processor(machine: name.machine)
    if let text = try? kernel.readFile("/proc/cpuinfo", limit: 4 << 20) {
      processor.take(cpuinfo: text, release: release)
    }
  }

  /// Whether enough of the processor is known to refuse kernels by their headers.
  var refusesKernels: Bool {
    processor.hasLPAE == false || processor.version != nil
  }
}

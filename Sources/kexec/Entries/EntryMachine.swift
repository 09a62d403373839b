// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import LinuxInterface

/// What of a machine decides which entry is taken for it: of the running one, or of the one that
/// `--machine` names.
struct EntryMachine {
  /// The release of its kernel; empty when it is not known.
  var release = ""
  /// `compatible` of its tree's root; empty when it is not known.
  var compatible: [UInt8] = []
  /// Its processor.
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
    // What runs on another architecture looks for entries of a system that lies there.
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

  /// Whether there are kernels that its processor cannot run, as far as their heads tell.
  var refusesKernels: Bool {
    processor.hasLPAE == false || processor.version != nil
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
public import DeviceTree
public import KernelImages

/// The known facts about the processor that a kernel will run on. nil always means unknown.
public struct Processor: Sendable, Hashable {
  /// Its name in messages: `arm,cortex-a8`, `armv6l`; empty when it has none.
  public var name = ""
  /// The version of the architecture.
  public var version: ARMVersion? {
    didSet { if let version, version < .v7 { hasLPAE = false } }
  }
  /// Whether it has long-descriptor page tables, LPAE.
  public var hasLPAE: Bool?
  /// Whether it runs ARM code; cores of profile M do not.
  public private(set) var hasARMState: Bool?

  /// Whether the running kernel uses it in big-endian order.
  public private(set) var isBigEndian: Bool?

  /// An unknown processor.
  public init() {}

  /// Reads the machine name of the running kernel: `armv6l`, `armv5tel`.
  ///
  /// Source: Linux 6.1, arch/arm/mm/proc-*.S: the first name of a processor, and the byte order.
  ///
  /// - Parameter machine: The machine name of `uname`.
  public init(machine: String) {
    let bytes = Array(machine.utf8.prefix(5))
    guard bytes[...].begins(with: "armv"), bytes.count == 5,
      let version = ARMVersion(rawValue: bytes[4] &- 0x30)
    else { return }
    name = machine
    switch machine.utf8.last {
    case 0x62: isBigEndian = true
    case 0x6c: isBigEndian = false
    default: break
    }
    if version < .v7 { hasLPAE = false }
    self.version = version
  }

  /// Looks up a core by its name.
  ///
  /// - Parameter core: Its name in device trees: `arm,cortex-a9`. The result is nil when the core
  ///   is unknown.
  public init?(core: String) {
    guard let known = ARMCore(named: core) else { return nil }
    name = core
    version = known.version
    hasLPAE = known.hasLPAE
    hasARMState = known.hasARMState
  }

  /// Adds facts about the cores in a tree, where they are unknown. Of several kinds of cores, only
  /// common properties count.
  ///
  /// - Parameter tree: The tree of the machine.
  public mutating func take(_ tree: DeviceTree) {
    var cores: Self?
    for node in tree.cpuNodes {
      let names = node.property(named: "compatible")?.asStrings ?? []
      guard let core = names.compactMap({ Self(core: $0) }).first else { return }
      guard var all = cores else {
        cores = core
        continue
      }
      all.version = Swift.min(all.version ?? .v8, core.version ?? .v8)
      if all.hasLPAE != false, core.hasLPAE != true {
        all.hasLPAE = core.hasLPAE
        all.name = core.name
      }
      cores = all
    }
    guard let cores else { return }
    name = cores.name
    version = version ?? cores.version
    hasLPAE = hasLPAE ?? cores.hasLPAE
    hasARMState = hasARMState ?? cores.hasARMState
  }
}

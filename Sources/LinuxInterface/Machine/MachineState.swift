// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
public import DeviceTree
public import PhysicalMemory

/// The facts about a running machine that a plan for its next kernel needs.
///
/// The state of a live machine equals the one from its snapshot: both are made from the same
/// ``MachineFile``s. Only the facts of a live machine are not read from a text.
public struct MachineState: Hashable, Sendable {
  /// The text of /proc/iomem.
  public let iomem: [UInt8]
  /// RAM and reservations from /proc/iomem; those of the tree are not in it.
  public let memory: MemoryMap
  /// The device tree or ATAGs that the running kernel was started with.
  public let parameters: RunningParameters
  /// The command line the running kernel was started with, without its line end; nil when a
  /// snapshot lacks it. Invalid UTF-8 is replaced.
  public let commandLine: String?
  /// The configuration of the running kernel; nil when it is unknown.
  public let configuration: KernelConfiguration?
  /// The facts of the kernel.
  public let facts: KernelFacts
  /// The files that the state was made from, in the order of a snapshot; the facts in their current
  /// form.
  public var files: [MachineFile] {
    (tellsFacts ? [MachineFile(.facts, facts.lines)] : []) + sources
  }
  /// The processor as the running kernel describes it; its tree may have more facts.
  public var processor: Processor {
    var processor = Processor(machine: facts.machine)
    if let text = sources.first(where: { $0.name == .cpuinfo }) {
      processor.take(cpuinfo: text.bytes, release: facts.release)
    }
    return processor
  }
  /// Whether anything is known about the running kernel itself; a bare memory map has no such
  /// facts.
  public let tellsFacts: Bool
  /// All files except the facts.
  private let sources: [MachineFile]

  /// Makes a state of files.
  ///
  /// Only ``MachineFile/Name/iomem`` is required, so that a folder with `iomem`, `fdt` and
  /// `cmdline` made by hand is enough.
  ///
  /// - Parameter files: Each name at most once, in any order.
  /// - Throws: ``LinuxInterfaceError`` with the file.
  public init(files: [MachineFile]) throws(LinuxInterfaceError) {
    var sorted: [MachineFile] = []
    for name in MachineFile.Name.allCases {
      let found = files.filter { $0.name == name }
      guard found.count <= 1 else {
        throw LinuxInterfaceError(name.rawValue, .tooMany("file of this name", limit: 1))
      }
      sorted += found
    }
    var facts: KernelFacts?
    if let text = sorted.first, text.name == .facts {
      facts = try KernelFacts(lines: text.bytes, subject: text.name.source)
      sorted.removeFirst()
    }
    try self.init(facts, sorted)
  }

  /// Makes a state of facts and files.
  ///
  /// `sources` are the other files, each name at most once, in the order of a snapshot.
  init(_ facts: KernelFacts?, _ sources: [MachineFile]) throws(LinuxInterfaceError) {
    self.facts = facts ?? KernelFacts()
    if case .some = facts { tellsFacts = true } else { tellsFacts = false }
    self.sources = sources
    func file(_ name: MachineFile.Name) -> MachineFile? { sources.first { $0.name == name } }

    guard let map = file(.iomem) else {
      throw LinuxInterfaceError(MachineFile.Name.iomem.source, .missing("the memory map"))
    }
    iomem = map.bytes
    do throws(IomemError) {
      memory = try MemoryMap(iomem: map.bytes.span)
    } catch {
      throw LinuxInterfaceError(map.name.source, .memory(error))
    }
    do throws(DeviceTreeError) {
      parameters = try Self.parameters(
        firmware: file(.fdt), live: file(.liveTree), atags: file(.atags))
    } catch {
      let read = file(.fdt) ?? file(.liveTree) ?? file(.atags)
      throw LinuxInterfaceError(read?.name.source ?? "device tree", .tree(error))
    }
    commandLine = file(.commandLine).map { text in
      let line = text.bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
      return String(decoding: line, as: UTF8.self)
    }
    let origin = facts?.configurationOrigin ?? MachineFile.Name.configuration.source
    configuration = file(.configuration).map { KernelConfiguration(origin: origin, text: $0.bytes) }
  }

  private static func parameters(
    firmware: MachineFile?, live: MachineFile?, atags: MachineFile?
  ) throws(DeviceTreeError) -> RunningParameters {
    if let firmware {
      return .deviceTree(
        firmware.bytes, try DeviceTree(flattened: firmware.bytes.span), .firmware)
    }
    if let live {
      return .deviceTree(live.bytes, try DeviceTree(flattened: live.bytes.span), .live)
    }
    if let atags { return .atags(atags.bytes, try ATAGList(parsing: atags.bytes.span)) }
    return .none
  }
}

extension DeviceTree {
  /// The `enable-method` of each CPU in the tree, by the name of its node: `psci`, `spin-table`. A
  /// CPU without one has that of `/cpus`; empty when both lack it.
  ///
  /// Source: Linux 6.1, Documentation/devicetree/bindings/arm/cpus.yaml;
  /// arch/arm/kernel/devtree.c, arm_dt_init_cpu_maps.
  public var enableMethods: [(cpu: String, method: String)] {
    guard let cpus = root.child(named: "cpus") else { return [] }
    let common = cpus.property(named: "enable-method")?.text ?? ""
    return cpus.children.filter { $0.property(named: "device_type")?.text == "cpu" }.map {
      ($0.name, $0.property(named: "enable-method")?.text ?? common)
    }
  }
}

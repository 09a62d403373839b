// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
import KernelImages
import PhysicalMemory

/// A boot that is ready to be planned: everything that does not depend on addresses is decided.
///
/// A dry run, a lab boot and a real load take the same steps: they differ only in who receives the
/// segments.
///
/// It is an object because it is large and is passed on often.
public final class PreparedBoot {
  /// The request for the planner.
  public internal(set) var request: PlanRequest
  /// The device tree for the new kernel, complete but for the initrd's addresses.
  public private(set) var tree: DeviceTree?
  /// The same as bytes.
  private var flattened: FlattenedDeviceTree?
  /// The ATAG list of the machine, when one is wanted in place of a tree.
  private var oldATAGs: ATAGList?
  private var treeRoom: ByteCount?
  /// The facts about the machine's processor.
  public let processor: Processor
  /// The known reason why the kernel does not run on it; nil when there is none.
  public let processorObstacle: ProcessorObstacle?

  /// Prepares a boot.
  ///
  /// - Throws: ``BootPreparationError``
  public init(_ sources: BootSources) throws(BootPreparationError) {
    guard let facts = sources.kernel.kernel else {
      throw .notARM(
        what: sources.kernel.layers.last?.kind.name ?? "an unknown file",
        architecture: sources.kernel.otherArchitecture)
    }
    // The plan has messages of its own about uncertain figures, with their consequences.
    let own: [DiagnosticCode] = [.sizeWordDisagrees, .bssEstimated, .textOffsetAssumed]
    var diagnostics = sources.kernel.diagnostics.filter { !own.contains($0.code) }
    tree = sources.wantsATAGs ? nil : sources.tree?.tree
    let origin = sources.tree?.origin ?? "DTB"
    let commandLine =
      sources.commandLine ?? tree?.commandLine ?? sources.kernel.commandLine ?? ""

    processor = Self.processor(sources, tree, for: facts)
    processorObstacle = processor.obstacle(to: facts)
    if let found = Self.diagnostic(processor, processorObstacle, facts, sources) {
      diagnostics.append(found)
    }
    let map = try Self.memory(sources, tree: tree, origin: origin)
    var parameters = BootParameters.none
    var decompressorMemory: [PhysicalRange]?
    if var edited = tree {
      let edits: [Edit]
      let treeMemory: [PhysicalRange]
      do throws(DeviceTreeError) {
        edits = try Self.edit(&edited, sources, map, commandLine, &diagnostics)
        let banks = try edited.memoryBanks()
        treeMemory = banks.filter { $0.isTakenByKernel }.map { $0.range }
        if banks.count != treeMemory.count { decompressorMemory = banks.map { $0.range } }
      } catch {
        throw .tree(origin: origin, error)
      }
      for edit in edits where sources.explains {
        diagnostics.append(Diagnostic(.treeEdited, .note, "\(origin): \(edit.description)"))
      }
      tree = edited
      do throws(DeviceTreeError) {
        let written = try FlattenedDeviceTree(edited, withInitrd: sources.initrd != nil)
        treeRoom = sources.treeRoom
        let bytes = max(written.byteCount, treeRoom ?? written.byteCount)
        parameters = .deviceTree(bytes, memory: treeMemory)
        flattened = written
      } catch {
        throw .tree(origin: origin, error)
      }
    } else if sources.wantsATAGs {
      oldATAGs = sources.oldATAGs ?? Self.atags(memory: map)
      let anywhere = sources.initrd.flatMap {
        PhysicalRange(start: PhysicalAddress(0), count: $0.byteCount)
      }
      let list = try Self.atags(oldATAGs, initrd: anywhere, commandLine: commandLine)
      parameters = .atags(
        ByteCount(list.count), machine: sources.machineNumber ?? 0xffff_ffff)
    }
    request = PlanRequest(
      kernel: facts, chain: sources.kernel.chain, fileBytes: sources.kernelFileBytes,
      machine: PlannedMachine(pageBytes: sources.pageBytes, memory: map),
      parameters: parameters, initrd: sources.initrd, commandLine: commandLine,
      diagnostics: diagnostics)
    request.decompressorMemory = decompressorMemory
    request.explains = sources.explains
    request.runningMemory = try? sources.runningTree?.memory()
  }

  /// Makes the bytes that describe the machine to the kernel.
  ///
  /// - Parameter plan: A plan of ``request``.
  /// - Returns: The flattened tree or the ATAG list; nil when the plan has neither.
  /// - Throws: ``BootPreparationError``
  public func parameterBytes(for plan: BootPlan) throws(BootPreparationError) -> [UInt8]? {
    let initrd = plan.segments.first { $0.name == .initrd }?.fileRange
    if let flattened {
      do throws(DeviceTreeError) {
        var bytes = try flattened.file(initrd: initrd)
        let room = Int(clamping: treeRoom?.rawValue ?? 0)
        if room > bytes.count { bytes += [UInt8](repeating: 0, count: room - bytes.count) }
        return bytes
      } catch {
        throw .tree(origin: "DTB", error)
      }
    }
    guard case .atags = request.parameters else { return nil }
    return try Self.atags(oldATAGs, initrd: initrd, commandLine: plan.commandLine)
  }

  // MARK: Memory

  private static func memory(
    _ sources: BootSources, tree: DeviceTree?, origin: String
  ) throws(BootPreparationError) -> MemoryMap {
    var map = sources.memory ?? MemoryMap()
    if sources.memory == nil {
      for (candidate, name) in [(sources.runningTree, "running tree"), (tree, origin)] {
        guard let candidate, map.ram.isEmpty else { continue }
        do throws(DeviceTreeError) { map.ram = RangeSet(try candidate.memory()) } catch {
          throw .tree(origin: name, error)
        }
      }
      if map.ram.isEmpty, let atags = sources.oldATAGs { map.ram = RangeSet(atags.memory) }
    }
    guard !map.ram.isEmpty else {
      throw .noMemory(in: tree.map { (origin, $0.missingMemory) })
    }
    map.reserve(sources.reserved)
    for (candidate, name) in [(sources.runningTree, "running tree"), (tree, origin)] {
      guard let candidate else { continue }
      do throws(DeviceTreeError) {
        // Memory that protected only the previous boot's own files is free again.
        map.reserve(try candidate.lastingReservations())
      } catch {
        throw .tree(origin: name, error)
      }
    }
    return map
  }

  // MARK: Device tree

  private static func edit(
    _ tree: inout DeviceTree, _ sources: BootSources, _ map: MemoryMap, _ commandLine: String,
    _ diagnostics: inout [Diagnostic]
  ) throws(DeviceTreeError) -> [Edit] {
    let memory = map.ram.intersection(.below4GiB).ranges
    for edit in try tree.addMissingMemory(memory) {
      guard case .memoryAdded(_, _, let reason) = edit else { continue }
      diagnostics.append(
        Diagnostic(
          .memoryGrafted, .warning,
          "the DTB tells no memory: \(reason.description); grafted from the machine: "
            + edit.description,
          hint: "check that this DTB is for this machine"))
    }
    var edits = tree.removeStaleEntries()
    edits += tree.refreshSeeds(from: sources.random)
    edits += tree.setCommandLine(commandLine.isEmpty ? nil : commandLine)
    return edits
  }

  // MARK: ATAGs

  private static func atags(memory: MemoryMap) -> ATAGList? {
    try? ATAGList(
      memory: memory.ram.intersection(.below4GiB).ranges, initrd: nil, commandLine: nil)
  }

  private static func atags(
    _ old: ATAGList?, initrd: PhysicalRange?, commandLine: String
  ) throws(BootPreparationError) -> [UInt8] {
    do throws(DeviceTreeError) {
      return try ATAGList(
        carryingOver: old ?? ATAGList([]), initrd: initrd,
        commandLine: commandLine.isEmpty ? nil : Array(commandLine.utf8)
      ).bytes()
    } catch {
      throw .tree(origin: "ATAG list", error)
    }
  }
}

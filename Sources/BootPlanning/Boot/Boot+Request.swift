// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

extension Boot {
  /// Decides everything that does not depend on addresses. Call it once.
  ///
  /// A dry run, a lab boot and a real load take the same steps: they differ only in who receives
  /// the segments.
  ///
  /// - Returns: The request for the planner.
  /// - Throws: ``BootError``
  public func request() throws(BootError) -> PlanRequest {
    guard let facts = image.kernel else {
      throw .notARM(
        path: kernelPath, kind: image.layers.last?.kind, architecture: image.otherArchitecture)
    }
    // The plan has messages of its own about uncertain figures, with their consequences.
    let own: [DiagnosticCode] = [.sizeWordDisagrees, .bssEstimated, .textOffsetAssumed]
    var found = image.diagnostics.filter { !own.contains($0.code) }
    let commandLine = options.commandLine ?? tree?.tree.commandLine ?? image.commandLine ?? ""
    judgeProcessor(for: facts, &found)
    let map = try memory()
    let initrd = initrd.planned(options)
    var parameters = BootParameters.none
    var decompressorMemory: [PhysicalRange]?
    if let (tree, origin) = tree {
      do throws(DeviceTreeError) {
        let (edited, edits) = try self.edited(tree, map, commandLine, &found)
        let banks = try edited.memoryBanks()
        let treeMemory = banks.filter { $0.isTakenByKernel }.map { $0.range }
        if banks.count != treeMemory.count { decompressorMemory = banks.map { $0.range } }
        for edit in edits where options.explains {
          found.append(Diagnostic(.treeEdited, .note, "\(origin): \(edit.description)"))
        }
        let written = try FlattenedDeviceTree(edited, withInitrd: initrd != nil)
        let bytes = max(written.byteCount, options.treeRoom ?? written.byteCount)
        parameters = .deviceTree(bytes, memory: treeMemory)
        self.tree = (edited, origin)
        flattened = written
      } catch {
        throw .tree(path: origin, error)
      }
    } else if options.wantsATAGs {
      oldATAGs = options.runningATAGs ?? Self.atags(memory: map)
      let anywhere = initrd.flatMap {
        PhysicalRange(start: PhysicalAddress(0), count: $0.byteCount)
      }
      let list = try atags(initrd: anywhere, commandLine: commandLine)
      parameters = .atags(
        ByteCount(list.count), machine: options.machineNumber ?? 0xffff_ffff)
    }
    let fileBytes =
      inputs.kernel.map { ByteCount($0.span.count) } ?? facts.zImage?.byteCount
      ?? facts.inflatedBytes.value
    var request = PlanRequest(
      kernel: facts, chain: image.chain, fileBytes: fileBytes,
      machine: PlannedMachine(pageBytes: options.pageBytes, memory: map),
      parameters: parameters, initrd: initrd, commandLine: commandLine,
      handover: options.handover, rule: options.rule, load: options.load,
      imageBytes: options.imageBytes, workingBytes: options.workingBytes,
      diagnostics: found + diagnostics)
    request.jumper = options.jumper
    request.decompressorMemory = decompressorMemory
    request.explains = options.explains
    request.runningMemory = try? options.runningTree?.memory()
    for fault in self.initrd.faults {
      let fault = fault.diagnostic(release: facts.release, commandLine: commandLine)
      if let fault { request.diagnostics.append(fault) }
    }
    return request
  }

  /// Makes the bytes that the new kernel gets as its parameters.
  ///
  /// - Parameter plan: A plan of ``request()``.
  /// - Returns: The flattened tree or the ATAG list; nil when the plan has neither.
  /// - Throws: ``BootError``
  func parameterBytes(for plan: BootPlan) throws(BootError) -> [UInt8]? {
    let initrd = plan.segments.first { $0.name == .initrd }?.fileRange
    if let flattened {
      do throws(DeviceTreeError) {
        var bytes = try flattened.file(initrd: initrd)
        let room = Int(clamping: options.treeRoom?.rawValue ?? 0)
        if room > bytes.count { bytes += [UInt8](repeating: 0, count: room - bytes.count) }
        return bytes
      } catch {
        throw .tree(path: "DTB", error)
      }
    }
    return options.wantsATAGs ? try atags(initrd: initrd, commandLine: plan.commandLine) : nil
  }

  private var kernelPath: String { inputs.kernel?.path ?? "" }

  /// The memory of the machine: RAM of the first source that knows it, without what any source
  /// keeps free.
  private func memory() throws(BootError) -> MemoryMap {
    var map = options.memory ?? MemoryMap()
    let trees = [(options.runningTree, "running tree"), (tree?.tree, tree?.origin ?? "")]
    if options.memory == nil {
      for (candidate, name) in trees {
        guard let candidate, map.ram.isEmpty else { continue }
        do throws(DeviceTreeError) { map.ram = RangeSet(try candidate.memory()) } catch {
          throw .tree(path: name, error)
        }
      }
      if map.ram.isEmpty, let atags = options.runningATAGs { map.ram = RangeSet(atags.memory) }
    }
    guard !map.ram.isEmpty else {
      throw .noMemory(path: tree?.origin ?? kernelPath, tree: tree?.tree.missingMemory)
    }
    map.reserve(options.reserved)
    for (candidate, name) in trees {
      guard let candidate else { continue }
      do throws(DeviceTreeError) {
        // Memory that protected only the previous boot's own files is free again.
        map.reserve(try candidate.lastingReservations())
      } catch {
        throw .tree(path: name, error)
      }
    }
    return map
  }

  /// The tree with all that the new kernel needs but the initrd's addresses, and what was changed.
  private func edited(
    _ tree: DeviceTree, _ map: MemoryMap, _ commandLine: String, _ diagnostics: inout [Diagnostic]
  ) throws(DeviceTreeError) -> (DeviceTree, [Edit]) {
    var tree = tree
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
    edits += tree.refreshSeeds(from: options.random)
    edits += tree.setCommandLine(commandLine.isEmpty ? nil : commandLine)
    return (tree, edits)
  }

  // MARK: ATAGs

  private static func atags(memory: MemoryMap) -> ATAGList? {
    try? ATAGList(
      memory: memory.ram.intersection(.below4GiB).ranges, initrd: nil, commandLine: nil)
  }

  private func atags(
    initrd: PhysicalRange?, commandLine: String
  ) throws(BootError) -> [UInt8] {
    do throws(DeviceTreeError) {
      return try ATAGList(
        carryingOver: oldATAGs ?? ATAGList([]), initrd: initrd,
        commandLine: commandLine.isEmpty ? nil : Array(commandLine.utf8)
      ).bytes()
    } catch {
      throw .tree(path: "ATAG list", error)
    }
  }
}

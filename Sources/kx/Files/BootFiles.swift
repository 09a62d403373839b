// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import DeviceTree
import Glibc
import KernelImages
import PhysicalMemory

/// Everything that was read for a boot: the files, what they are, and the request made of them.
struct BootFiles {
  let kernelFile: InputFile?
  let image: KernelImage
  /// All initial ramdisks, one behind the other, as they are loaded.
  let initrd: [UInt8]?
  let prepared: PreparedBoot
  let files: [PlannedFile]

  /// Reads and identifies what the options name.
  ///
  /// - Parameters:
  ///   - kernel: The path of the kernel; nil plans from assumed figures.
  ///   - options: Everything else.
  ///   - board: What a lab's board adds where the user named nothing.
  ///   - digests: Whether the files' SHA-256 are wanted: only a document shows them, and they cost
  ///     more time than the plan.
  /// - Throws: ``Stop``
  init(
    kernel: String?, _ options: BootOptions, board: BoardMachine? = nil, digests: Bool
  ) throws(Stop) {
    var files: [PlannedFile] = []
    func note(_ role: PlannedFile.Role, _ file: InputFile) {
      files.append(
        PlannedFile(
          role: role, path: file.path, bytes: ByteCount(file.bytes.count),
          sha256: digests ? file.sha256 : ""))
    }
    let assumed = Assumptions(merging: options.assume)
    let (identification, vmlinux) = try options.kernelOptions.identification()
    var found: KernelImage
    if let kernel {
      let file = try InputFile(kernel)
      note(.kernel, file)
      found = try identify(file, identification)
      if var facts = found.kernel {
        assumed.correct(&facts)
        found.kernel = facts
      }
      kernelFile = file
    } else {
      kernelFile = nil
      found = try assumed.kernel()
    }
    image = found

    var sources = BootSources(
      kernel: found,
      kernelFileBytes: kernelFile.map { ByteCount($0.bytes.count) }
        ?? assumed.count("zimage") ?? assumed.count("inflated") ?? .zero)
    var diagnostics: [Diagnostic] = []
    var collected = InitrdFiles()
    for path in options.initrd {
      let file = try InputFile(path)
      note(.initrd, file)
      diagnostics += collected.add(file)
    }
    if options.initrd.isEmpty, let kernelFile {
      try collected.add(companionsOf: found, in: kernelFile)
    }
    initrd = collected.isEmpty ? nil : collected.bytes
    sources.initrd = collected.planned(assumed)

    var machine: MachineFiles?
    if let path = options.machine { machine = try MachineFiles(path) }
    sources.runningTree = machine?.tree
    sources.memory = machine?.memory
    if !options.ram.isEmpty { sources.memory = MemoryMap(ram: RangeSet(options.ram)) }
    sources.reserved = options.reserve.map { ReservedRange($0, why: "--reserve") }
    sources.commandLine = options.append ?? machine?.commandLine
    sources.wantsATAGs = options.atags
    sources.machineNumber = options.machineNumber

    if !options.atags {
      if let path = options.dtb {
        let file = try InputFile(path)
        note(.dtb, file)
        sources.tree = (try Self.tree(file.bytes, path), path)
        if let first = found.deviceTrees.first {
          diagnostics.append(
            Diagnostic("KX114", .note, "\(first.origin) is not used: --dtb names another tree"))
        }
      } else if let first = found.deviceTrees.first, let kernelFile {
        let bytes = try Self.bytes(of: first.bytes, in: kernelFile)
        sources.tree = (try Self.tree(bytes, first.origin), first.origin)
        diagnostics.append(
          Diagnostic("KX113", .note, "\(first.origin) is taken out and passed as the DTB"))
      } else if let running = machine?.tree {
        sources.tree = (running, "running tree")
      } else if let board {
        sources.tree = try board.tree.map { bytes throws(Stop) in
          files.append(board.file(bytes))
          return (try Self.tree(bytes, board.name), board.name)
        }
      }
    }
    for path in options.dtbo {
      let file = try InputFile(path)
      note(.overlay, file)
      diagnostics += try Self.apply(file, to: &sources.tree)
    }
    if let vmlinux { note(.vmlinux, vmlinux) }
    if let board { diagnostics += try board.settle(&sources) }
    if let seeds = sources.tree?.tree.seedByteCount, seeds.rawValue > 0 {
      sources.random = Self.random(Int(clamping: seeds.rawValue))
    }
    do throws(BootPreparationError) {
      var prepared = try PreparedBoot(sources)
      prepared.request.handover = options.handover.kind
      prepared.request.rule = options.rule
      prepared.request.load = options.load
      prepared.request.imageBytes = options.kernelOptions.imageSize
      prepared.request.workingBytes = assumed.count("work")
      prepared.request.diagnostics += diagnostics
      self.prepared = prepared
    } catch {
      var code = ExitStatus.badFile
      if case .noMemory = error { code = .validationFailure }
      throw Stop(what: error.description, place: kernel ?? "", code: code)
    }
    self.files = files
  }

  /// Plans the boot.
  func plan() throws(Stop) -> BootPlan {
    do throws(BootPlanError) {
      var plan = try ARMPlanner.plan(prepared.request)
      plan.files = files
      return plan
    } catch {
      throw Stop(what: error.description, code: .validationFailure)
    }
  }

  /// Plans the same boot by another rule, for comparison; nil when that makes no sense.
  func plan(rule: PlacementRule) -> BootPlan? {
    var request = prepared.request
    request.rule = rule
    request.handover = nil
    request.load = nil
    return try? ARMPlanner.plan(request)
  }

  static func bytes(of part: ImageBytes, in file: InputFile) throws(Stop) -> [UInt8] {
    do throws(KernelImageError) {
      return try part.copy(of: file.bytes.span)
    } catch {
      throw Stop(
        what: error.description, place: file.path, hint: error.hint, code: ExitStatus.badFile)
    }
  }

  private static func tree(_ bytes: [UInt8], _ origin: String) throws(Stop) -> DeviceTree {
    do throws(DeviceTreeError) {
      return try DeviceTree(flattened: bytes.span)
    } catch {
      throw Stop(
        what: error.description, place: origin,
        hint: "a device tree begins with d00dfeed; compile sources with dtc -I dts -O dtb",
        code: ExitStatus.badFile)
    }
  }

  private static func apply(
    _ file: InputFile, to tree: inout (tree: DeviceTree, origin: String)?
  ) throws(Stop) -> [Diagnostic] {
    guard let base = tree else {
      throw Stop(
        what: "there is no device tree to apply the overlay to", place: file.path,
        hint: "name the tree with --dtb", code: .validationFailure)
    }
    let overlay = try Self.tree(file.bytes, file.path)
    do throws(DeviceTreeError) {
      var merged = base.tree
      let edits = try merged.apply(overlay: overlay)
      tree = (merged, base.origin)
      return edits.map { Diagnostic("KX111", .note, "\(file.path): \($0.description)") }
    } catch {
      throw Stop(what: error.description, place: file.path, code: ExitStatus.badFile)
    }
  }

  private static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<min(count, 4096)).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import DeviceTree
import Handover
import KernelImages
import LinuxInterface
import PhysicalMemory

/// Everything that was read for a boot: the files, their kinds, and the request made from them.
struct BootFiles {
  let gathered: GatheredBoot<InputFile>
  let prepared: PreparedBoot
  /// The addresses that the user or U-Boot chose.
  let given: GivenBoot

  /// The files in the form that a plan lists them.
  var files: [PlannedFile] { gathered.files }

  /// Reads and identifies what the options name.
  ///
  /// - Parameters:
  ///   - kernel: The path of the kernel; nil plans from assumed figures.
  ///   - options: Everything else.
  ///   - board: The lab's board, which supplies what the user did not name.
  ///   - jumper: Who performs the jump; nil for the running kernel of the machine.
  ///   - digests: Whether the files' SHA-256 are wanted: only a document shows them, and they cost
  ///     more time than the plan.
  ///   - treeRoom: The size that the tree may grow to after the plan was made.
  /// - Throws: ``Stop`` with the file.
  init(
    kernel: String?, _ options: BootOptions, board: BoardMachine? = nil, jumper: Jumper? = nil,
    digests: Bool, treeRoom: ByteCount? = nil
  ) throws(Stop) {
    let known = try KnownKernel(kernel, options, digest: digests, isTried: board != nil)
    let companions = try Companions(options, digest: digests)
    let machine: MachineState?
    if let path = options.machine { machine = try MachineState(at: path) } else { machine = nil }
    try self.init(
      known, machine, companions, options, board: board, jumper: jumper, treeRoom: treeRoom)
  }

  /// Combines the parts that were read.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - machine: The machine; nil leaves it to the other options or the tree.
  ///   - companions: The files that go with the kernel.
  ///   - options: Everything else; the files that they name are those above.
  ///   - board: The lab's board, which supplies what the user did not name.
  ///   - jumper: Who performs the jump; nil for the running kernel of the machine.
  ///   - treeRoom: The size that the tree may grow to after the plan was made.
  /// - Throws: ``Stop`` with the file.
  init(
    _ kernel: KnownKernel, _ machine: MachineState?, _ companions: Companions,
    _ options: BootOptions, board: BoardMachine? = nil, jumper: Jumper? = nil,
    treeRoom: ByteCount? = nil
  ) throws(Stop) {
    let kernel = try kernel.chosen(for: machine)
    let inputs = BootInputs<InputFile>(
      kernel: kernel.file, initrds: companions.initrds, tree: companions.tree,
      overlays: companions.overlays, vmlinux: kernel.vmlinux)
    var wishes = try Self.wishes(options, machine, board)
    if let jumper { wishes.jumper = jumper }
    do throws(BootGatheringError) {
      gathered = try GatheredBoot(
        inputs, image: kernel.image, wishes, initrds: companions.gathered)
    } catch {
      throw Stop(gathering: error)
    }
    gathered.diagnostics += Self.passedOverMemory(gathered.sources)
    try Assumptions(merging: options.assume).refuseVain(
      kernel.image.kernel, isFile: kernel.file != nil, hasInitrd: !gathered.initrd.isEmpty)
    if let board { gathered.diagnostics += try board.settle(&gathered.sources) }
    if let seeds = gathered.sources.tree?.tree.seedByteCount, seeds.rawValue > 0 {
      gathered.sources.random = Self.random(Int(clamping: seeds.rawValue))
    }
    gathered.sources.treeRoom = treeRoom
    do throws(BootPreparationError) {
      prepared = try gathered.prepared()
    } catch {
      var code = ExitStatus.badFile
      if case .noMemory = error { code = .validationFailure }
      throw Stop(
        what: error.description, place: error.place ?? kernel.file?.path ?? "", hint: error.hint,
        code: code)
    }
    given = try GivenBoot(
      options, prepared.request, kernel.image, initrdOffset: gathered.initrd.firstOffset)
  }

  func plan() throws(Stop) -> BootPlan { try judged().plan }

  /// Plans the boot; where addresses were given, judges them.
  ///
  /// - Parameter forUBoot: Whether U-Boot starts the boot; it takes a zImage where there is one.
  /// - Returns: The plan, and a better layout where that is asked for.
  /// - Throws: ``Stop`` when the wishes contradict each other.
  func judged(forUBoot: Bool = false) throws(Stop) -> JudgedLayout {
    var request = prepared.request
    if forUBoot || given.isByUBoot, request.handover == nil, request.kernel.hasZImage {
      request.handover = .zimage
    }
    do throws(BootPlanError) {
      guard !given.isEmpty else {
        return JudgedLayout(plan: try gathered.plan(request, by: Planner.plan))
      }
      var judged = try given.judged(request)
      judged.plan.files = gathered.files
      return judged
    } catch {
      throw Stop(
        what: error.description, hint: error.hint,
        code: error.isLimit ? ExitStatus.unavailable : .validationFailure)
    }
  }

  /// Plans the same boot by another rule, for comparison; nil when that rule cannot be applied.
  func plan(rule: PlacementRule) -> BootPlan? {
    var request = prepared.request
    request.rule = rule
    request.handover = nil
    request.load = nil
    return try? Planner.plan(request)
  }

  private static func wishes(
    _ options: BootOptions, _ machine: MachineState?, _ board: BoardMachine?
  ) throws(Stop) -> BootWishes {
    let assumed = Assumptions(merging: options.assume)
    var wishes = BootWishes()
    if let machine { wishes.take(machine) }
    // The boot is tried on the board, whatever machine the plan is for.
    if let processor = board?.processor { wishes.processor = processor }
    if board != nil { wishes.jumper = .itself }
    if !options.ram.isEmpty {
      wishes.memory = MemoryMap(ram: RangeSet(options.ram))
      wishes.loadMemory = LoadMemory()
    }
    wishes.reserved = options.reserve.map { ReservedRange($0, why: "--reserve", isWished: true) }
    if let text = options.append { wishes.commandLine = text }
    wishes.wantsATAGs = options.atags
    wishes.machineNumber = options.machineNumber
    wishes.handover = options.handover.kind
    wishes.rule = options.rule
    wishes.load = options.load
    wishes.imageBytes = options.kernelOptions.imageSize
    wishes.stated = StatedReading(
      type: options.kernelOptions.type.flatMap { ImageKind(named: $0) },
      fitConfiguration: options.kernelOptions.fitConfiguration, treeIndex: options.treeIndex,
      imageBytes: options.kernelOptions.imageSize)
    wishes.workingBytes = assumed.count("work")
    wishes.assumedInitrdBytes = assumed.count("initrd")
    wishes.assumedUnpackedBytes = assumed.count("unpacked")
    // Only a boot that names no tree uses the board's.
    if let board, !options.atags, options.dtb == nil, wishes.runningTree == nil,
      let bytes = board.tree
    {
      do throws(DeviceTreeError) {
        wishes.lastTree = BootWishes.LastTree(
          try DeviceTree(flattened: bytes.span), origin: board.name, file: board.file(bytes))
      } catch {
        throw Stop(gathering: .tree(path: board.name, error))
      }
    }
    return wishes
  }

  /// A note of memory nodes that kernels ignore because the tree has others.
  private static func passedOverMemory(_ sources: BootSources) -> [Diagnostic] {
    guard let (tree, origin) = sources.tree, (try? tree.memory())?.isEmpty == false else {
      return []
    }
    return tree.passedOverMemory.compactMap { reason in
      // A node without a range names no memory.
      if case .empty = reason { return nil }
      return Diagnostic(
        .memoryNodePassedOver, .warning,
        "\(origin): \(reason.description): the new kernel passes over it, and over its memory",
        hint: "add \(reason.remedy), or take the node out")
    }
  }

  private static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<min(count, 4096)).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

extension Stop {
  /// The error for files that do not go together.
  init(gathering error: BootGatheringError) {
    if case .image(let path, let error) = error {
      self.init(error, in: path)
      return
    }
    self.init(
      what: error.description, place: error.place, hint: error.hint,
      code: error.isUsage ? .validationFailure : ExitStatus.badFile)
  }
}

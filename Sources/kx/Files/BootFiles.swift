// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import DeviceTree
import Handover
import KernelImages
import LinuxInterface
import PhysicalMemory

/// Everything that was read for a boot, and the request made from it.
struct BootFiles {
  let boot: Boot<InputFile>
  /// The request for the planner.
  let request: PlanRequest
  /// The addresses that the user or U-Boot chose.
  let given: GivenBoot

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
    kernel: String?, _ options: BootArguments, board: BoardMachine? = nil, jumper: Jumper? = nil,
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
    _ options: BootArguments, board: BoardMachine? = nil, jumper: Jumper? = nil,
    treeRoom: ByteCount? = nil
  ) throws(Stop) {
    let kernel = try kernel.chosen(for: machine)
    let inputs = BootInputs<InputFile>(
      kernel: kernel.file, initrds: companions.initrds, tree: companions.tree,
      overlays: companions.overlays, vmlinux: kernel.vmlinux)
    var all = try Self.options(options, machine, board)
    all.treeRoom = treeRoom
    if let jumper { all.jumper = jumper }
    do throws(BootError) {
      boot = try Boot(inputs, image: kernel.image, all, initrds: companions.gathered)
    } catch {
      throw Stop(boot: error)
    }
    boot.diagnostics += Self.passedOverMemory(boot)
    try Assumptions(merging: options.assume).refuseVain(
      kernel.image.kernel, isFile: kernel.file != nil, hasInitrd: !boot.initrd.isEmpty)
    try board?.settle(boot)
    boot.options.random = Self.random(boot.seedBytes)
    do throws(BootError) {
      request = try boot.request()
    } catch {
      throw Stop(boot: error)
    }
    given = try GivenBoot(
      options, request, kernel.image, initrdOffset: boot.initrd.firstOffset)
  }

  func plan() throws(Stop) -> BootPlan { try judged().plan }

  /// Plans the boot; where addresses were given, judges them.
  ///
  /// - Parameter forUBoot: Whether U-Boot starts the boot; it takes a zImage where there is one.
  /// - Returns: The plan, and a better layout where that is asked for.
  /// - Throws: ``Stop`` when the wishes contradict each other.
  func judged(forUBoot: Bool = false) throws(Stop) -> JudgedLayout {
    var request = request
    if forUBoot || given.isByUBoot, request.handover == nil, request.kernel.hasZImage {
      request.handover = .zimage
    }
    do throws(BootPlanError) {
      guard !given.isEmpty else {
        return JudgedLayout(plan: try boot.plan(request, by: Planner.plan))
      }
      var judged = try given.judged(request)
      judged.plan.files = boot.files
      return judged
    } catch {
      throw Stop(
        what: error.description, hint: error.hint,
        code: error.isLimit ? ExitStatus.unavailable : .validationFailure)
    }
  }

  /// Plans the same boot by another rule, for comparison; nil when that rule cannot be applied.
  func plan(rule: PlacementRule) -> BootPlan? {
    var request = request
    request.rule = rule
    request.handover = nil
    request.load = nil
    return try? Planner.plan(request)
  }

  private static func options(
    _ arguments: BootArguments, _ machine: MachineState?, _ board: BoardMachine?
  ) throws(Stop) -> BootOptions {
    let assumed = Assumptions(merging: arguments.assume)
    var options = BootOptions()
    if let machine { options.take(machine) }
    // The boot is tried on the board, whatever machine the plan is for.
    if let processor = board?.processor { options.processor = processor }
    if board != nil { options.jumper = .itself }
    if !arguments.ram.isEmpty {
      options.memory = MemoryMap(ram: RangeSet(arguments.ram))
      options.loadMemory = LoadMemory()
    }
    options.reserved = arguments.reserve.map { ReservedRange($0, why: "--reserve", isWished: true) }
    if let text = arguments.append { options.commandLine = text }
    options.wantsATAGs = arguments.atags
    options.machineNumber = arguments.machineNumber
    options.handover = arguments.handover.kind
    options.rule = arguments.rule
    options.load = arguments.load
    options.imageBytes = arguments.kernelOptions.imageSize
    options.stated = StatedReading(
      type: arguments.kernelOptions.type.flatMap { ImageKind(named: $0) },
      fitConfiguration: arguments.kernelOptions.fitConfiguration, treeIndex: arguments.treeIndex,
      imageBytes: arguments.kernelOptions.imageSize)
    options.workingBytes = assumed.count("work")
    options.assumedInitrdBytes = assumed.count("initrd")
    options.assumedUnpackedBytes = assumed.count("unpacked")
    // Only a boot that names no tree uses the board's.
    if let board, !arguments.atags, arguments.dtb == nil, options.runningTree == nil,
      let bytes = board.tree
    {
      do throws(DeviceTreeError) {
        options.lastTree = BootOptions.LastTree(
          try DeviceTree(flattened: bytes.span), origin: board.name, file: board.file(bytes))
      } catch {
        throw Stop(boot: .tree(path: board.name, error))
      }
    }
    return options
  }

  /// A note of memory nodes that kernels ignore because the tree has others.
  private static func passedOverMemory(_ boot: Boot<InputFile>) -> [Diagnostic] {
    guard let (tree, origin) = boot.tree, (try? tree.memory())?.isEmpty == false else {
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
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

extension Stop {
  /// The error for files that do not make a boot.
  init(boot error: BootError) {
    switch error {
    case .image(let path, let error): self.init(error, in: path)
    case .noMemory:
      // The user can name it.
      self.init(
        what: error.description, place: error.place, hint: error.hint, code: .validationFailure)
    default:
      self.init(
        what: error.description, place: error.place, hint: error.hint,
        code: error.isUsage ? .validationFailure : ExitStatus.badFile)
    }
  }
}

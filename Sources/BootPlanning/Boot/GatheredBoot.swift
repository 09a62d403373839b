// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Handover
public import KernelImages
import PhysicalMemory

/// The files and wishes of a boot, put together. It is the only way from files to a plan, whether
/// the plan is shown, tried in a lab or loaded.
///
/// It is an object because it is large and is passed on often.
public final class GatheredBoot<File: BootFile> {
  /// The files.
  public let inputs: BootInputs<File>
  /// The identified file of the kernel.
  public let image: KernelImage
  /// All initial ramdisks.
  public let initrd: InitrdParts
  /// The sources that the boot is prepared from. The caller may change them before ``prepared()``.
  public var sources: BootSources
  /// The diagnostics so far. The caller may add to them before ``prepared()``.
  public var diagnostics: [Diagnostic] = []
  /// The files in the form that a plan lists them.
  public private(set) var files: [PlannedFile] = []
  let wishes: BootWishes
  /// The source of the tree; nil without a tree.
  var treeOrigin: TreeOrigin?

  /// The source of a tree.
  enum TreeOrigin {
    /// The user, or an entry.
    case named
    /// The kernel's file.
    case image
    /// The running machine.
    case running
    /// A lab's board.
    case last
  }

  /// Combines the parts that were read.
  ///
  /// - Parameters:
  ///   - inputs: The files.
  ///   - image: The identified file of the kernel, or a kernel of figures.
  ///   - wishes: Everything else.
  ///   - known: The identified initial ramdisks; nil identifies them here.
  /// - Throws: ``BootGatheringError`` with the file.
  public init(
    _ inputs: BootInputs<File>, image: KernelImage, _ wishes: BootWishes,
    initrds known: GatheredInitrds? = nil
  ) throws(BootGatheringError) {
    self.inputs = inputs
    self.image = image
    self.wishes = wishes
    let initrds: GatheredInitrds
    if let known, !inputs.initrds.isEmpty {
      initrds = known
    } else {
      initrds = try Self.initrds(inputs, image, counting: wishes.explains)
    }
    diagnostics += initrds.diagnostics
    initrd = initrds.parts
    let facts = image.kernel
    sources = BootSources(
      kernel: image,
      kernelFileBytes: inputs.kernel.map { ByteCount($0.span.count) }
        ?? facts?.zImage?.byteCount ?? facts?.inflatedBytes.value ?? .zero)
    sources.initrd = initrd.planned(wishes)
    sources.memory = wishes.memory
    sources.runningTree = wishes.runningTree
    sources.oldATAGs = wishes.runningATAGs
    sources.reserved = wishes.reserved
    sources.pageBytes = wishes.pageBytes
    sources.processor = wishes.processor
    sources.commandLine = wishes.commandLine
    sources.wantsATAGs = wishes.wantsATAGs
    sources.machineNumber = wishes.machineNumber
    sources.explains = wishes.explains
    if let kernel = inputs.kernel { files.append(kernel.planned(.kernel)) }
    for file in inputs.initrds { files.append(file.planned(.initrd)) }
    if !wishes.wantsATAGs {
      try chooseTree()
      // A machine that was started without a tree passes its ATAGs on.
      sources.wantsATAGs = sources.tree == nil && wishes.runningATAGs != nil
    }
    try refuseVainWishes()
    if wishes.runningTreeIsLive {
      diagnostics.append(
        Diagnostic(
          .reservationBlockUnknown, .note,
          "/sys/firmware/fdt is not there or cannot be read, so the running tree is that of "
            + "/proc/device-tree; memory that only its reservation block kept free is not known",
          hint: "give --dtb FILE, the tree that the machine was started with"))
    }
    for overlay in inputs.overlays { try apply(overlay) }
    judgeTree()
    chooseCommandLine(running: wishes.runningCommandLine)
    if let vmlinux = inputs.vmlinux { files.append(vmlinux.planned(.vmlinux)) }
  }

  /// Decides everything that does not depend on addresses.
  ///
  /// - Throws: ``BootPreparationError``
  public func prepared() throws(BootPreparationError) -> PreparedBoot {
    let prepared = try PreparedBoot(sources)
    prepared.request.jumper = wishes.jumper
    prepared.request.handover = wishes.handover
    prepared.request.rule = wishes.rule
    prepared.request.load = wishes.load
    prepared.request.imageBytes = wishes.imageBytes
    prepared.request.workingBytes = wishes.workingBytes
    prepared.request.diagnostics += diagnostics
    for fault in initrd.faults {
      let found = fault.diagnostic(
        release: image.kernel?.release, commandLine: prepared.request.commandLine)
      if let found { prepared.request.diagnostics.append(found) }
    }
    return prepared
  }

  /// Examines the initial ramdisks that the user names, or else those in the kernel's file.
  private static func initrds(
    _ inputs: BootInputs<File>, _ image: KernelImage, counting: Bool
  ) throws(BootGatheringError) -> GatheredInitrds {
    guard inputs.initrds.isEmpty, let kernel = inputs.kernel, !image.initrds.isEmpty else {
      return GatheredInitrds(inputs.initrds, counting: counting)
    }
    do throws(KernelImageError) {
      return try GatheredInitrds(companionsOf: image, in: kernel, counting: counting)
    } catch {
      throw .image(path: kernel.path, error)
    }
  }

  /// Plans the boot.
  ///
  /// - Parameters:
  ///   - request: The request of ``prepared()``, or the same with another handover.
  ///   - planner: Makes the plan of a request: by all rules, or by the exact one alone.
  /// - Returns: The plan, with the files it was made from.
  /// - Throws: ``BootPlanError``
  public func plan(
    _ request: PlanRequest, by planner: (PlanRequest) throws(BootPlanError) -> BootPlan
  ) throws(BootPlanError) -> BootPlan {
    if request.handover == .image, let why = image.whyNotInflated {
      throw .notInflated(why)
    }
    var plan = try plan(request, within: wishes.loadMemory, by: planner)
    if plan.dependsOnCount {
      // The size of the unpacked initrd decides, so counting it is worth the time.
      var request = request
      if let exact = try? Self.initrds(inputs, image, counting: true) {
        request.initrd = exact.parts.planned(wishes)
      }
      request.initrd?.isCounted = true
      plan = try self.plan(request, within: wishes.loadMemory, by: planner)
    }
    plan.files = files
    plan.stated = wishes.stated
    return plan
  }

  /// Refuses wishes that would have no effect.
  private func refuseVainWishes() throws(BootGatheringError) {
    if wishes.machineNumber != nil, !sources.wantsATAGs {
      throw .vain(option: "--machine-number", why: "it is for ATAGs, and none are passed")
    }
  }

  // MARK: Device tree

  private func chooseTree() throws(BootGatheringError) {
    if let file = inputs.tree {
      files.append(file.planned(.dtb))
      try takeNamedTree(file)
      if let first = image.deviceTrees.first {
        let overlays = first.overlays.map { ", " + $0.origin }.reduce("", +)
        diagnostics.append(
          Diagnostic(
            .heldTreeUnused, .note,
            image.deviceTrees.count == 1
              ? first.origin + overlays + (overlays.isEmpty ? " is" : " are")
                + " not used: --dtb names another tree"
              : "none of the \(image.deviceTrees.count) trees in the kernel's file is used: --dtb "
                + "names another"))
      }
      return
    }
    if let kernel = inputs.kernel,
      try takeHeldTree(among: image.deviceTrees, of: kernel, .image)
    {
      return
    }
    takeMachineTree()
  }

  /// Takes the tree that the user names, or one out of the file that the user names.
  private func takeNamedTree(_ file: File) throws(BootGatheringError) {
    let tree: DeviceTree
    do throws(BootGatheringError) {
      tree = try Self.tree(file.span, file.path, as: .dtb)
    } catch {
      guard case .misplaced = error,
        let part = UsablePart.found(in: file.span, file.path, as: .dtb, wishes)
      else { throw error }
      diagnostics += part.diagnostics
      let isTaken = try takeHeldTree(among: part.image.deviceTrees, of: file, .named)
      if !isTaken { takeMachineTree() }
      return
    }
    if wishes.stated.treeIndex != nil {
      throw .vain(option: "--dtb-index", why: "'" + file.path + "' is one tree")
    }
    sources.tree = (tree, file.path)
    treeOrigin = .named
    noteSecondTree(file)
  }

  private func takeMachineTree() {
    if let running = wishes.runningTree {
      sources.tree = (running, "running tree")
      treeOrigin = .running
    } else if let last = wishes.lastTree {
      files.append(last.file)
      sources.tree = (last.tree, last.origin)
      treeOrigin = .last
    }
  }

  static func tree(
    _ bytes: Span<UInt8>, _ path: String, as role: PlannedFile.Role
  ) throws(BootGatheringError) -> DeviceTree {
    let tree: DeviceTree
    let misplaced: MisplacedFile?
    do throws(DeviceTreeError) {
      tree = try DeviceTree(flattened: bytes)
      misplaced = MisplacedFile.found(tree, as: role)
    } catch {
      guard case .wrongMagic = error.problem,
        let found = MisplacedFile.found(in: bytes, as: role)
      else { throw .tree(path: path, error) }
      throw .misplaced(path: path, what: found.description, hint: found.hint)
    }
    guard let misplaced else { return tree }
    throw .misplaced(path: path, what: misplaced.description, hint: misplaced.hint)
  }

  private func apply(_ file: File) throws(BootGatheringError) {
    files.append(file.planned(.overlay))
    noteSecondTree(file)
    try merge(try Self.tree(file.span, file.path, as: .overlay), file.path)
  }

  /// Merges an overlay into the tree.
  func merge(
    _ overlay: DeviceTree, _ path: String
  ) throws(BootGatheringError) {
    guard let base = sources.tree else { throw .overlayWithoutTree(path: path) }
    do throws(DeviceTreeError) {
      var merged = base.tree
      for edit in try merged.apply(overlay: overlay) {
        diagnostics.append(Diagnostic(.treeEdited, .note, path + ": " + edit.description))
      }
      sources.tree = (merged, base.origin)
    } catch {
      throw .overlay(path: path, error)
    }
  }
}

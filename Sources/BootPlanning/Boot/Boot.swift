// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import KernelImages

/// The files and options of a boot, put together. It is the only way from files to a plan, and from
/// a plan to the bytes of its segments, whether the plan is shown, tried in a lab or loaded.
///
/// It is an object because it is large and is passed on often.
public final class Boot<File: BootFile> {
  /// The files.
  public let inputs: BootInputs<File>
  /// The identified file of the kernel.
  public let image: KernelImage
  /// All initial ramdisks.
  public let initrd: InitrdParts
  /// Everything else. The caller may change it before ``request()``.
  public var options: BootOptions
  /// The device tree for the new kernel, and where it comes from; nil without one. The caller may
  /// change it before ``request()``, which completes it but for the initrd's addresses.
  public var tree: (tree: DeviceTree, origin: String)?
  /// The diagnostics so far. The caller may add to them before ``request()``.
  public var diagnostics: [Diagnostic] = []
  /// The files in the form that a plan lists them.
  public internal(set) var files: [PlannedFile] = []
  /// The facts about the machine's processor; complete after ``request()``.
  public internal(set) var processor = Processor()
  /// The known reason why the kernel does not run on it, after ``request()``; nil when there is
  /// none.
  public internal(set) var processorObstacle: ProcessorObstacle?
  /// The source of the tree; nil without a tree.
  var treeOrigin: TreeOrigin?
  /// The bytes of the tree but for the initrd's addresses.
  var flattened: FlattenedDeviceTree?
  /// The ATAG list that the new one is made from.
  var oldATAGs: ATAGList?

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
  ///   - options: Everything else.
  ///   - known: The identified initial ramdisks; nil identifies them here.
  /// - Throws: ``BootError`` with the file.
  public init(
    _ inputs: BootInputs<File>, image: KernelImage, _ options: BootOptions,
    initrds known: GatheredInitrds? = nil
  ) throws(BootError) {
    self.inputs = inputs
    self.image = image
    self.options = options
    let initrds: GatheredInitrds
    if let known, !inputs.initrds.isEmpty {
      initrds = known
    } else {
      initrds = try Self.initrds(inputs, image, counting: options.explains)
    }
    diagnostics += initrds.diagnostics
    initrd = initrds.parts
    if let kernel = inputs.kernel { files.append(kernel.planned(.kernel)) }
    for file in inputs.initrds { files.append(file.planned(.initrd)) }
    if !options.wantsATAGs {
      try chooseTree()
      // A machine that was started without a tree passes its ATAGs on.
      if case .none = tree, case .some = options.runningATAGs { self.options.wantsATAGs = true }
    }
    if options.machineNumber != nil, !self.options.wantsATAGs {
      throw .vain(option: "--machine-number", why: "it is for ATAGs, and none are passed")
    }
    if options.runningTreeIsLive {
      diagnostics.append(
        Diagnostic(
          .reservationBlockUnknown, .note,
          "/sys/firmware/fdt is not there or cannot be read, so the running tree is that of "
            + "/proc/device-tree; memory that only its reservation block kept free is not known",
          hint: "give --dtb FILE, the tree that the machine was started with"))
    }
    for overlay in inputs.overlays { try apply(overlay) }
    judgeTree()
    chooseCommandLine()
    if let vmlinux = inputs.vmlinux { files.append(vmlinux.planned(.vmlinux)) }
  }

  /// Examines the initial ramdisks that the user names, or else those in the kernel's file.
  private static func initrds(
    _ inputs: BootInputs<File>, _ image: KernelImage, counting: Bool
  ) throws(BootError) -> GatheredInitrds {
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
  ///   - request: What ``request()`` returned, or the same with another handover.
  ///   - planner: Makes the plan of a request: by all rules, or by the exact one alone.
  /// - Returns: The plan, with the files it was made from.
  /// - Throws: ``BootPlanError``
  public func plan(
    _ request: PlanRequest, by planner: (PlanRequest) throws(BootPlanError) -> BootPlan
  ) throws(BootPlanError) -> BootPlan {
    if request.handover == .image, let why = image.whyNotInflated {
      throw .notInflated(why)
    }
    var plan = try plan(request, within: options.loadMemory, by: planner)
    if plan.dependsOnCount {
      // The size of the unpacked initrd decides, so counting it is worth the time.
      var request = request
      if let exact = try? Self.initrds(inputs, image, counting: true) {
        request.initrd = exact.parts.planned(options)
      }
      request.initrd?.isCounted = true
      plan = try self.plan(request, within: options.loadMemory, by: planner)
    }
    plan.files = files
    plan.stated = options.stated
    return plan
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import KernelImages

/// Plans the boot of a 32-bit ARM kernel.
public enum ARMPlanner {
  /// Makes a plan by the rule of the request.
  ///
  /// - Parameter request: The kernel, the machine and the kernel's companions.
  /// - Returns: The plan. When nothing fits it has no entry, no segments, and diagnostics that say
  ///   why.
  /// - Throws: ``BootPlanError`` when the request is invalid on every machine.
  public static func plan(_ request: PlanRequest) throws(BootPlanError) -> BootPlan {
    guard request.rule != .exact else { return try exactPlan(request) }
    let figures = try ARMFigures(request.kernel)
    try check(request)
    return try KexecToolsRule(request, figures: figures).plan()
  }

  /// Makes a plan by the exact rule. The loader links only this one.
  ///
  /// - Parameter request: The kernel, the machine and the kernel's companions; its rule is `exact`.
  /// - Returns: The plan. When nothing fits it has no entry, no segments, and diagnostics that say
  ///   why.
  /// - Throws: ``BootPlanError`` when the request is invalid on every machine.
  public static func exactPlan(_ request: PlanRequest) throws(BootPlanError) -> BootPlan {
    let figures = try ARMFigures(request.kernel)
    try check(request)
    if let bundle = BundleRule(request, figures: figures) { return bundle.plan() }
    let keptDTB = keptDTB(request)
    let search = ARMPlacementSearch(request, figures: figures, keptDTB: keptDTB)
    let wanted = handovers(request, keptDTB: keptDTB)
    if let plan = plan(search, wanted) { return plan }
    if search.uncounted?.wasFelt == true {
      // With the exact size of the unpacked initrd it may fit.
      var refused = plan(search, nil, handover: wanted.first ?? .image)
      refused.dependsOnCount = true
      return refused
    }
    // The estimate errs on the large side. If no placement meets it, only the certain need counts.
    search.demand = .certain
    if request.workingBytes == nil, let plan = plan(search, wanted) { return plan }
    var refused = plan(search, nil, handover: wanted.first ?? .image)
    let refusal = ARMRefusal(search: search, handovers: wanted)
    refused.smallestRAM = refusal.smallestRAM
    refused.diagnostics += refusal.diagnostics
    return refused
  }

  /// Makes the plan of the first handover that fits; nil when none does.
  private static func plan(
    _ search: ARMPlacementSearch, _ wanted: [HandoverKind]
  ) -> BootPlan? {
    for handover in wanted {
      let found = handover == .image ? search.image() : search.zimage()
      guard let placement = found, search.leavesWorkingMemory(placement) else { continue }
      var plan = plan(search, placement)
      plan.diagnostics += ARMExplanation(search: search, placement: placement).diagnostics
      if let short = search.shortage(placement) { plan.diagnostics.append(short) }
      if search.request.handover == nil, handover != wanted.first {
        plan.diagnostics.append(
          Diagnostic(
            .imageDoesNotFit, .note, "the plain Image does not fit, so the zImage is handed over"))
      }
      plan.diagnostics += PlanCheck.diagnostics(of: plan)
      plan.dependsOnCount = search.uncounted?.wasFelt == true
      return plan
    }
    return nil
  }

  /// An appended DTB that must stay behind the zImage, in bytes: ATAGs are merged into it.
  static func keptDTB(_ request: PlanRequest) -> UInt64 {
    guard case .atags = request.parameters, let zImage = request.kernel.zImage,
      zImage.mergesATAGs?.value != false, let first = zImage.appendedDTBs.first,
      first.offset == zImage.byteCount
    else { return 0 }
    return min(first.byteCount.rawValue, 1 << 24)
  }

  static func handovers(_ request: PlanRequest, keptDTB: UInt64) -> [HandoverKind] {
    if let handover = request.handover { return [handover] }
    if !request.kernel.hasZImage { return [.image] }
    if keptDTB > 0 || !request.kernel.isInflatable { return [.zimage] }
    // The decompressor cannot inflate a zImage whose size word is wrong.
    return sizeWordLies(request) || request.load != nil ? [.image] : [.image, .zimage]
  }

  static func sizeWordLies(_ request: PlanRequest) -> Bool {
    guard request.kernel.hasZImage, let word = request.kernel.sizeWord else {
      return false
    }
    return word != request.kernel.inflatedBytes.value
  }

  /// Refuses a request that is invalid on every machine.
  static func check(_ request: PlanRequest) throws(BootPlanError) {
    let hasZImage = request.kernel.hasZImage
    if request.handover == .image, request.kernel.isBundle { throw .noImage }
    if request.rule != .exact {
      if request.handover == .image { throw .ruleNeedsZImageHandover(request.rule) }
      if !hasZImage { throw .ruleNeedsZImage(request.rule) }
    }
    if request.handover == .zimage, !hasZImage { throw .noZImage }
    guard let load = request.load else { return }
    if request.rule != .exact {
      throw .load(load, "the rule '\(request.rule.rawValue)' chooses its own")
    }
    let page = Alignment(bytes: request.machine.pageBytes.rawValue) ?? .page
    if !load.isAligned(to: page) { throw .load(load, "it is not the start of a page") }
    if load > PhysicalRange.below4GiB.last { throw .load(load, "it is not below 4 GiB") }
    let image =
      !request.kernel.isBundle && request.kernel.isInflatable
      && (request.handover == .image || request.handover == nil)
    let textOffset = request.kernel.textOffset.value.rawValue
    if image,
      load.rawValue < textOffset
        || !PhysicalAddress(load.rawValue - textOffset).isAligned(to: .largeSection)
    {
      throw .load(
        load,
        "a plain Image must lie \(hexadecimal(textOffset)) (its text offset) above a multiple of "
          + "2 MiB; to load a zImage there, say --handover zimage")
    }
  }

  /// Makes the plan of a placement; without one, the plan that says why.
  static func plan(
    _ search: ARMPlacementSearch, _ placement: ARMPlacement?, handover: HandoverKind = .image
  ) -> BootPlan {
    let request = search.request
    let told = ARMToldMemory(search: search, kernel: placement?.kernel)
    var plan = BootPlan(
      kernel: PlannedKernel(request.kernel, chain: request.chain, fileBytes: request.fileBytes),
      rule: request.rule, handover: placement?.handover ?? handover,
      machine: request.machine, commandLine: request.commandLine,
      entry: placement.map { search.entry(of: $0) },
      segments: placement.map { search.segments(of: $0) } ?? [],
      footprint: placement?.footprint ?? [],
      diagnostics: request.diagnostics + figureDiagnostics(request)
        + told.diagnostics + ARMCommandLine(search: search, placement: placement).diagnostics
    )
    plan.unnamedRAM = told.unnamed
    return plan
  }
}

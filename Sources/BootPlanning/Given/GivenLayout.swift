// SPDX-License-Identifier: Apache-2.0
import Handover
import KernelImages
import PhysicalMemory

/// A layout with some or all addresses given by the user or U-Boot. The rest is placed around them;
/// no given part is moved, even if it would be lost.
struct GivenLayout {
  let request: PlanRequest
  let figures: ARMFigures
  let search: ARMPlacementSearch

  init(_ request: PlanRequest, figures: ARMFigures) {
    self.request = request
    self.figures = figures
    search = ARMPlacementSearch(
      request, figures: figures, keptDTB: ARMPlanner.keptDTB(request))
  }

  /// Finds a place for every part.
  ///
  /// - Returns: nil when a part without a given address finds no place beside the others.
  func placement() -> ARMPlacement? {
    guard let address = request.given.kernel else {
      let relaxed = ARMPlacementSearch(
        request, figures: figures, keptDTB: search.keptDTB, demand: .certain)
      return placement(by: search) ?? placement(by: relaxed)
    }
    guard handover == .zimage, let zImage = request.kernel.zImage else {
      return image(at: address)
    }
    return zimage(zImage, at: address.rawValue)
  }

  /// Finds a place for the kernel, too, and leaves as much memory as a search demands.
  private func placement(by search: ARMPlacementSearch) -> ARMPlacement? {
    for handover in ARMPlanner.handovers(request, keptDTB: search.keptDTB) {
      let found = handover == .image ? search.image() : search.zimage()
      if let found, search.leavesWorkingMemory(found) { return found }
    }
    return nil
  }

  /// The handover at the given address. The given address of a file that inflates itself is that of
  /// the file.
  var handover: HandoverKind {
    request.handover ?? (!request.kernel.hasZImage ? .image : .zimage)
  }

  private func image(at address: PhysicalAddress) -> ARMPlacement? {
    guard address.rawValue >= figures.textOffset,
      let file = PhysicalRange(start: address, count: ByteCount(figures.inflated))
    else { return nil }
    let start = address.rawValue - figures.textOffset
    var found = placement(
      .image, kernel: address.rawValue, file: file,
      footprint: figures.kernelPhase(at: address.rawValue), move: .never, isUncertain: false,
      items: search.companions(start: start, cached: nil))
    found?.needsFineAlignment =
      !PhysicalAddress(start).isAligned(to: search.imageStep)
      && request.kernel.release == nil
    return found
  }

  private func zimage(_ zImage: ZImage, at load: UInt64) -> ARMPlacement? {
    let kernels = ARMDestination.kernels(
      of: zImage, load: load, textOffset: figures.textOffset, memory: search.treeMemory,
      keepsDTB: search.keptDTB > 0)
    guard
      let file = PhysicalRange(
        start: PhysicalAddress(load),
        count: ByteCount(zImage.byteCount.rawValue + search.keptDTB))
    else { return nil }
    var likeliest: ARMPlacement?
    for kernel in kernels where kernel >= figures.textOffset {
      let own = ARMDecompression(
        figures: figures, zImage: zImage, load: load, kernel: kernel, keptDTB: search.keptDTB)
      guard
        let found = placement(
          .zimage, kernel: kernel, file: file,
          footprint: own.ranges + figures.kernelPhase(at: kernel), move: own.move,
          isUncertain: kernels.count > 1,
          items: search.companions(
            start: kernel - figures.textOffset,
            cached: search.keptDTB > 0 ? search.cachedMap(kernel: kernel) : nil))
      else { continue }
      if GivenLayoutCheck(self, found).holds { return found }
      likeliest = likeliest ?? found
    }
    return likeliest
  }

  private func placement(
    _ handover: HandoverKind, kernel: UInt64, file: PhysicalRange, footprint: [FootprintRange],
    move: ARMDecompression.Move, isUncertain: Bool, items: [PlacementItem]
  ) -> ARMPlacement? {
    var taken = RangeSet(footprint.map { $0.range })
    taken.insert(file)
    let top = taken.ranges.last?.last ?? file.last
    guard let places = search.comfortable(items, clearOf: taken, above: top) else { return nil }
    return search.placement(
      handover, kernel: kernel, load: file.first.rawValue,
      segment: PlannedSegment(name: .kernel, range: file, fileBytes: file.count), items: items,
      places: places, footprint: footprint, move: move, uncertain: isUncertain)
  }
}

/// A layout with given addresses, and the judgement of it.
public struct JudgedLayout: Sendable {
  /// The layout as given, with every loss as an error. It has no entry when the rest finds no
  /// place.
  public var plan: BootPlan
  /// The nearest layout that works, with an address for everything; nil when the given layout
  /// works, or no layout does.
  public var nearest: GivenPlaces?

  /// Groups a plan and a proposal.
  public init(plan: BootPlan, nearest: GivenPlaces? = nil) {
    self.plan = plan
    self.nearest = nearest
  }
}

extension ARMPlanner {
  /// Judges a layout.
  ///
  /// - Parameters:
  ///   - request: The kernel, the machine, and the addresses that were given.
  ///   - wished: Addresses that the proposed layout should be near to, if they differ from the
  ///     given ones; a layout is then proposed in any case.
  ///   - keepsKernel: Whether the user cannot choose the kernel's address.
  /// - Returns: The plan and the proposal.
  /// - Throws: ``BootPlanError`` when the request is invalid on every machine.
  public static func judge(
    _ request: PlanRequest, near wished: GivenPlaces? = nil, keepsKernel: Bool = false
  ) throws(BootPlanError) -> JudgedLayout {
    let figures = try ARMFigures(request.kernel)
    // Whoever chose the addresses performs the jump, too.
    var request = request
    request.jumper = .itself
    try check(request)
    if request.kernel.isBundle { throw .givenForBundle }
    for name in GivenPlaces.names {
      guard let address = request.given[name] ?? wished?[name] else { continue }
      if address > PhysicalRange.below4GiB.last { throw .load(address, "it is not below 4 GiB") }
    }
    if request.rule != .exact {
      return JudgedLayout(plan: try KexecToolsRule(request, figures: figures).plan())
    }
    let layout = GivenLayout(request, figures: figures)
    let placement = layout.placement()
    var judged = JudgedLayout(plan: layout.plan(placement))
    let holds = placement.map { GivenLayoutCheck(layout, $0).holds } ?? false
    guard wished != nil || !holds else { return judged }
    var start = request
    start.given = wished ?? request.given
    let search = NearestLayout(start, figures: figures, keepsKernel: keepsKernel)
    let nearest = search.find()
    judged.nearest = nearest?.places
    judged.plan.diagnostics.append(search.diagnostic(nearest))
    return judged
  }
}

extension GivenPlaces {
  /// Every segment that may be given a place; `dtb` stands for an ATAG list, too.
  static let names: [PlannedSegment.Name] = [.kernel, .initrd, .dtb]
}

extension GivenLayout {
  /// Makes the plan, with every loss as an error.
  func plan(_ placement: ARMPlacement?) -> BootPlan {
    guard let placement else {
      var fixed = request
      fixed.load = request.given.kernel
      let handovers =
        request.given.kernel == nil
        ? ARMPlanner.handovers(request, keptDTB: search.keptDTB) : [handover]
      let refusal = ARMRefusal(
        search: ARMPlacementSearch(
          fixed, figures: figures, keptDTB: search.keptDTB, demand: .certain),
        handovers: handovers)
      var plan = ARMPlanner.plan(search, nil, handover: handovers.first ?? .image)
      plan.smallestRAM = refusal.smallestRAM
      plan.diagnostics += refusal.diagnostics
      return plan
    }
    var plan = ARMPlanner.plan(search, placement)
    plan.diagnostics += ARMExplanation(search: search, placement: placement).diagnostics
    plan.diagnostics += GivenLayoutCheck(self, placement).diagnostics
    return plan
  }
}

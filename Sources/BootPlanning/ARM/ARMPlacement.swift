// SPDX-License-Identifier: Apache-2.0
import Handover
import KernelImages
import PhysicalMemory

/// A placement: the place of every part, and the ranges that the new kernel writes as a result.
struct ARMPlacement {
  let handover: HandoverKind
  /// K, the address that the kernel is inflated to (docs/footprint.md).
  let kernel: UInt64
  /// L, the load address (docs/footprint.md); the same as K when the plain Image is handed over.
  let load: UInt64
  let kernelSegment: PlannedSegment
  let initrd: PhysicalRange?
  let parameters: PhysicalRange?
  /// The code that sets the registers; nil when the jumper sets them as planned.
  var trampoline: PhysicalRange?
  let footprint: [FootprintRange]
  /// Whether the decompressor moves itself.
  let move: ARMDecompression.Move
  /// Whether the image leaves two addresses K open, of which the more likely one was taken.
  let kernelIsUncertain: Bool
  /// Whether the kernel must accept a start of RAM that is a multiple of 2 MiB but not of 16 MiB.
  var needsFineAlignment = false
}

/// Finds placements that keep every segment clear of every byte that is written.
///
/// A class, since all explanations of a plan hold it.
final class ARMPlacementSearch {
  let request: PlanRequest
  let figures: ARMFigures
  let view: ARMMemoryView
  let page: Alignment
  /// An appended DTB that stays behind the zImage, in bytes; 0 without one.
  let keptDTB: UInt64
  /// The memory that a placement must leave the new kernel.
  var demand: ARMWorkingMemory
  /// Notes whether the uncounted size of an unpacked initrd decides; nil when the size is counted.
  let uncounted: MemoryShortage?
  /// The ranges that can hold r2's target; nil when they depend on where the kernel starts.
  private let roomyForParameters: RangeSet?
  /// The same for the initrd.
  private let roomyForInitrd: RangeSet?

  init(
    _ request: PlanRequest, figures: ARMFigures, keptDTB: UInt64,
    demand: ARMWorkingMemory = .estimated
  ) {
    self.request = request
    self.demand = demand
    self.figures = figures
    self.keptDTB = keptDTB
    uncounted = request.initrd?.isCounted == false ? MemoryShortage() : nil
    view = ARMMemoryView(request, figures: figures)
    let common = view.commonLoadable?.set
    roomyForParameters = common.map { Self.roomy($0, for: request.parameters.byteCount) }
    roomyForInitrd = common.map { Self.roomy($0, for: request.initrd?.byteCount) }
    page = Alignment(bytes: request.machine.pageBytes.rawValue) ?? .page
  }

  /// The memory of the device tree that is passed, in node order; nil without one.
  var treeMemory: [PhysicalRange]? {
    if case .deviceTree(_, let memory) = request.parameters {
      return request.decompressorMemory ?? memory
    }
    return nil
  }

  // MARK: What needs a place

  private func item(
    _ name: PlannedSegment.Name, _ bytes: ByteCount, in allowed: RangeSet, _ window: PhysicalRange?
  ) -> PlacementItem? {
    guard let whole = bytes.roundedUp(to: page), whole.rawValue > 0 else { return nil }
    return PlacementItem(
      name: name, byteCount: whole, allowed: allowed, window: window, alignment: page,
      section: name == .dtb || name == .atags ? figures.section : nil)
  }

  /// The ranges that are large enough. They are few, however many ranges there are.
  private static func roomy(_ ranges: RangeSet, for bytes: ByteCount?) -> RangeSet {
    guard let bytes else { return RangeSet() }
    return RangeSet(ranges.ranges.filter { $0.count >= bytes })
  }

  /// The initrd and r2's target, with the places they may have.
  ///
  /// - Parameters:
  ///   - start: PHYS_OFFSET of the new kernel.
  ///   - cached: The range that the decompressor maps as cached, when it reads r2's list with the
  ///     MMU on, to merge ATAGs. It reads the memory nodes of a DTB before that (head.S, v6.1).
  /// - Returns: The items; without those that the request does not have.
  func companions(start: UInt64, cached: PhysicalRange?) -> [PlacementItem] {
    let (ranges, window) = view.loadable(start: start)
    let near = cached.map { cached in window.flatMap { cached.intersection($0) } } ?? window
    let forParameters =
      roomyForParameters ?? Self.roomy(ranges.set, for: request.parameters.byteCount)
    let forInitrd = roomyForInitrd ?? Self.roomy(ranges.set, for: request.initrd?.byteCount)
    var items: [PlacementItem] = []
    switch request.parameters {
    case .none: break
    case _ where request.given.parameters != nil: break
    case .deviceTree(let bytes, _):
      if let item = item(.dtb, bytes, in: forParameters, near) { items.append(item) }
    case .atags(let bytes, _):
      if let item = item(.atags, bytes, in: forParameters, near) { items.append(item) }
    }
    if request.given.initrd == nil, let bytes = request.initrd?.byteCount,
      let item = item(.initrd, bytes, in: forInitrd, window)
    {
      items.append(item)
    }
    return items
  }

  /// Whether every range is unreserved RAM.
  func isFree(_ ranges: [FootprintRange]) -> Bool {
    ranges.allSatisfy { view.free.contains($0.range) }
  }

  /// Whether the kernel can lie at an address: in free RAM that it will also map.
  func holdsKernel(at kernel: UInt64) -> Bool {
    guard
      let whole = PhysicalRange(
        start: PhysicalAddress(kernel - figures.pageTables),
        end: PhysicalAddress(kernel + figures.inflated + figures.bss))
    else { return false }
    let start = kernel - figures.textOffset
    return view.free.contains(whole) && view.lowmem(start: start, holds: whole)
      && view.pageStructsReach(start: start)
      && (request.given.isEmpty || request.mapsGiven(view, start: start))
  }

  // MARK: Image handover

  /// The addresses at which a plain Image may begin, lowest first.
  ///
  /// The kernel takes the address it runs at, less TEXT_OFFSET, for the start of RAM, and that must
  /// be a multiple of 2 MiB; kernels before 5.11 need 16 MiB. A decompressor that reads memory from
  /// the DTB came later (5.13), so it shows that 2 MiB are enough.
  ///
  /// Source: arch/arm/kernel/phys2virt.S (v6.1); commit "ARM: p2v: reduce p2v alignment
  /// requirement to 2 MiB" (v5.11).
  var imageStep: Alignment {
    if request.kernel.zImage?.checksDTBMemory?.value == true { return .largeSection }
    if request.kernel.release.flatMap({ KernelRelease($0) })?.isAtLeast(5, 11) == true {
      return .largeSection
    }
    return Alignment(shift: 24)
  }

  /// Every start of RAM that an Image could be given, lowest first. With 2 MiB steps, starts below
  /// RAM follow; a large TEXT_OFFSET leads from them into RAM.
  func imageStarts(step: Alignment) -> [UInt64] {
    if case .fixed(let address) = request.kernel.zImage?.destination.value {
      return address.rawValue >= figures.textOffset
        ? [address.rawValue - figures.textOffset] : []
    }
    var starts: [UInt64] = []
    for range in view.free.ranges {
      var next = range.first.roundedDown(to: step).rawValue
      while next <= range.last.rawValue {
        if starts.last ?? 0 < next || starts.isEmpty { starts.append(next) }
        next += step.mask + 1
      }
    }
    guard step == .largeSection else { return starts }
    return starts + startsBelow(starts, step)
  }

  /// The starts that lie below a range of RAM by no more than the text offset.
  private func startsBelow(_ regular: [UInt64], _ step: Alignment) -> [UInt64] {
    var starts: [UInt64] = []
    var others = regular[...]
    var reached: UInt64 = 0
    for range in view.free.ranges {
      let first = range.first.roundedDown(to: step).rawValue
      let lowest = PhysicalAddress(first - min(first, figures.textOffset)).roundedDown(to: step)
      // The starts below the previous range are found already.
      var next = max(lowest.rawValue, reached)
      while next < first {
        others = others.drop { $0 < next }
        if others.first != next { starts.append(next) }
        next += step.mask + 1
      }
      reached = max(reached, first)
    }
    return starts
  }

  /// Places a plain Image and its companions.
  func image() -> ARMPlacement? {
    if let load = request.load {
      guard load.rawValue >= figures.textOffset else { return nil }
      return image(start: load.rawValue - figures.textOffset)
    }
    guard isLargeEnough else { return nil }
    for start in imageStarts(step: imageStep) {
      if let placement = image(start: start), leavesWorkingMemory(placement) { return placement }
    }
    guard imageStep != .largeSection else { return nil }
    for start in imageStarts(step: .largeSection) {
      if var placement = image(start: start), leavesWorkingMemory(placement) {
        placement.needsFineAlignment = true
        return placement
      }
    }
    return nil
  }

  /// The segment and the footprint of an Image when RAM starts at an address.
  func imageFootprint(start: UInt64) -> (segment: PhysicalRange, footprint: [FootprintRange])? {
    let kernel = start + figures.textOffset
    guard
      let memory = ByteCount(figures.inflated + figures.bss).roundedUp(to: page),
      let segment = PhysicalRange(start: PhysicalAddress(kernel), count: memory)
    else { return nil }
    return (segment, figures.kernelPhase(at: kernel))
  }

  /// Places a plain Image and its companions when RAM starts at an address.
  func image(start: UInt64) -> ARMPlacement? {
    guard let (segment, footprint) = imageFootprint(start: start),
      view.free.contains(segment), holdsKernel(at: start + figures.textOffset)
    else { return nil }
    var taken = RangeSet(footprint.map { $0.range })
    taken.insert(segment)
    let items = companions(start: start, cached: nil)
    guard let places = comfortable(items, clearOf: taken, above: segment.last) else { return nil }
    return placement(
      .image, kernel: start + figures.textOffset, load: start + figures.textOffset,
      segment: PlannedSegment(
        name: .kernel, range: segment, fileBytes: ByteCount(figures.inflated)),
      items: items, places: places, footprint: footprint, move: .never, uncertain: false)
  }

  // MARK: Putting it together

  /// Arranges items above everything that is written if they fit there, else anywhere.
  func comfortable(
    _ items: [PlacementItem], clearOf taken: RangeSet, above top: PhysicalAddress
  ) -> [PhysicalRange]? {
    for item in items where !item.hasRoom { return nil }
    if let floor = top.roundedUp(to: .section),
      let places = PlacementItem.arrange(items, clearOf: taken, from: floor)
    {
      return places
    }
    return PlacementItem.arrange(items, clearOf: taken, from: PhysicalAddress(0))
  }

  func placement(
    _ handover: HandoverKind, kernel: UInt64, load: UInt64, segment: PlannedSegment,
    items: [PlacementItem], places: [PhysicalRange], footprint: [FootprintRange],
    move: ARMDecompression.Move, uncertain: Bool
  ) -> ARMPlacement? {
    var initrd = request.givenInitrd
    var parameters = request.givenParameters
    for (item, place) in zip(items, places) {
      if item.name == .initrd { initrd = place } else { parameters = place }
    }
    var placement = ARMPlacement(
      handover: handover, kernel: kernel, load: load, kernelSegment: segment, initrd: initrd,
      parameters: parameters, footprint: footprint, move: move, kernelIsUncertain: uncertain)
    let missing = request.registersToSet(for: entry(of: placement), segments(of: placement))
    if missing.isEmpty { return placement }
    guard let place = trampoline(beside: placement) else { return nil }
    placement.trampoline = place
    return placement
  }

  /// Finds a page for the trampoline: clear of all segments and of all that is written.
  private func trampoline(beside placement: ARMPlacement) -> PhysicalRange? {
    var taken = RangeSet(placement.footprint.map { $0.range } + [placement.kernelSegment.range])
    let top = taken.ranges.last?.last ?? placement.kernelSegment.range.last
    for range in [placement.initrd, placement.parameters] {
      if let range { taken.insert(range.rounded(outwardTo: page)) }
    }
    let item = PlacementItem(
      name: .trampoline, byteCount: page.byteCount, allowed: view.free, window: .below4GiB,
      alignment: page)
    return comfortable([item], clearOf: taken, above: top)?.first
  }

  // MARK: The plan's parts

  /// The segments of a placement, lowest first.
  func segments(of placement: ARMPlacement) -> [PlannedSegment] {
    var segments = [placement.kernelSegment]
    if let range = placement.initrd, let initrd = request.initrd {
      segments.append(PlannedSegment(name: .initrd, range: range, fileBytes: initrd.byteCount))
    }
    if let range = placement.parameters, let bytes = request.parameters.byteCount {
      var name = PlannedSegment.Name.dtb
      if case .atags = request.parameters { name = .atags }
      segments.append(PlannedSegment(name: name, range: range, fileBytes: bytes))
    }
    if let range = placement.trampoline {
      segments.append(
        PlannedSegment(
          name: .trampoline, range: range, fileBytes: ByteCount(ARMTrampoline.byteCount)))
    }
    return segments.inOrder { $0.range.first < $1.range.first }
  }

  /// The entry of a placement.
  func entry(of placement: ARMPlacement) -> EntryState {
    var machine = ARMRegisters.deviceTreeMachine
    if case .atags(_, let number) = request.parameters { machine = number }
    let r2 = UInt32(truncatingIfNeeded: placement.parameters?.first.rawValue ?? 0)
    return EntryState(
      PhysicalAddress(placement.load), ARMRegisters(machine: machine, parameters: r2))
  }
}

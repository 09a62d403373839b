// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Finds the nearest layout that works to one that does not.
///
/// It moves as few segments as possible, and rather those at wrong places than others. It moves the
/// kernel, around which all others lie, only when that helps. Each moved segment goes to the
/// nearest possible place.
struct NearestLayout {
  let request: PlanRequest
  let figures: ARMFigures
  /// Whether the user cannot choose the kernel's address.
  let keepsKernel: Bool

  /// - Parameters:
  ///   - request: The kernel, the machine and the layout that does not work.
  ///   - figures: The figures of the kernel.
  ///   - keepsKernel: Whether the user cannot choose the kernel's address.
  init(_ request: PlanRequest, figures: ARMFigures, keepsKernel: Bool) {
    var request = request
    // A given address of a kernel is meant for one handover.
    if request.given.kernel != nil {
      request.handover = GivenLayout(request, figures: figures).handover
    }
    self.request = request
    self.figures = figures
    self.keepsKernel = keepsKernel
  }

  /// The most addresses that are tried for a kernel.
  private static let candidateLimit = 512

  /// Finds the layout.
  ///
  /// - Returns: An address for everything, and the handover there; nil when no working layout was
  ///   found.
  func find() -> (places: GivenPlaces, handover: HandoverKind)? {
    for moved in choices {
      if let found = find(moving: moved) { return found }
    }
    return nil
  }

  // MARK: What is moved

  private var given: [PlannedSegment.Name] {
    GivenPlaces.names.filter { request.given[$0] != nil }
  }

  /// Every set of segments to move, the best first.
  private var choices: [[PlannedSegment.Name]] {
    let layout = GivenLayout(request, figures: figures)
    let bad = layout.placement().map { GivenLayoutCheck(layout, $0).bad } ?? []
    func isBad(_ name: PlannedSegment.Name) -> Bool {
      bad.contains { $0 == name || name == .dtb && $0 == .atags }
    }
    var choices: [[PlannedSegment.Name]] = [[]]
    for name in given where name != .kernel || !keepsKernel {
      choices += choices.map { $0 + [name] }
    }
    /// Moving well-placed segments costs most, then the kernel, then the number, then the bytes.
    func cost(_ choice: [PlannedSegment.Name]) -> UInt64 {
      var cost: UInt64 = 0
      for name in choice {
        if !isBad(name) { cost += 1 << 40 }
        if name == .kernel { cost += 1 << 38 }
        cost += 1 << 36
        if name == .initrd { cost += min(request.initrd?.byteCount.rawValue ?? 0, 1 << 34) }
      }
      return cost
    }
    return choices.sorted { cost($0) < cost($1) }
  }

  // MARK: Where to

  private func find(
    moving moved: [PlannedSegment.Name]
  ) -> (places: GivenPlaces, handover: HandoverKind)? {
    guard moved.contains(.kernel), let wish = request.given.kernel else {
      return settled(request.given, moving: moved)
    }
    for address in kernelAddresses(near: wish, moving: moved) {
      var places = request.given
      places.kernel = PhysicalAddress(address)
      if let found = settled(places, moving: moved) { return found }
    }
    // Moved segments may also go where a plan without given addresses would put them.
    var free = request
    for name in moved { free.given[name] = nil }
    let layout = GivenLayout(free, figures: figures)
    return layout.placement().flatMap { holding(layout, $0) }
  }

  /// Places all segments beside a kernel that stays; nil when that layout does not work.
  private func settled(
    _ places: GivenPlaces, moving moved: [PlannedSegment.Name]
  ) -> (places: GivenPlaces, handover: HandoverKind)? {
    var fixed = request
    fixed.given = places
    let companions = moved.filter { $0 != .kernel }
    for name in companions { fixed.given[name] = nil }
    var layout = GivenLayout(fixed, figures: figures)
    guard var placement = layout.placement() else { return nil }
    // Every segment has its lowest place now; those with a former place move near to it.
    if !companions.isEmpty, places.kernel != nil {
      let items = layout.search.companions(
        start: placement.kernel - figures.textOffset,
        cached: layout.search.keptDTB > 0
          ? layout.search.cachedMap(kernel: placement.kernel) : nil)
      let taken = RangeSet(placement.footprint.map { $0.range } + [placement.kernelSegment.range])
      guard
        let near = PlacementItem.arrange(
          items, clearOf: taken, near: { places[$0.name] })
      else { return nil }
      for (item, range) in zip(items, near) { fixed.given[item.name] = range.first }
      layout = GivenLayout(fixed, figures: figures)
      guard let moved = layout.placement() else { return nil }
      placement = moved
    }
    return holding(layout, placement)
  }

  /// The addresses of a working placement, as a layout of its own; nil when it does not work.
  private func holding(
    _ layout: GivenLayout, _ placement: ARMPlacement
  ) -> (places: GivenPlaces, handover: HandoverKind)? {
    var complete = layout.request
    complete.handover = placement.handover
    complete.given = GivenPlaces(
      kernel: PhysicalAddress(placement.load), initrd: placement.initrd?.first,
      parameters: placement.parameters?.first)
    let whole = GivenLayout(complete, figures: figures)
    guard let again = whole.placement(), GivenLayoutCheck(whole, again).holds,
      whole.search.leavesWorkingMemory(again) || !layout.search.leavesWorkingMemory(placement)
    else { return nil }
    return (complete.given, placement.handover)
  }

  /// The addresses that a kernel may be moved to, the nearest first: those at which an obstacle
  /// begins or ends.
  private func kernelAddresses(
    near wish: PhysicalAddress, moving moved: [PlannedSegment.Name]
  ) -> [UInt64] {
    var others = request
    for name in moved { others.given[name] = nil }
    let search = ARMPlacementSearch(
      others, figures: figures, keptDTB: ARMPlanner.keptDTB(request))
    var edges: [UInt64] = [wish.rawValue]
    let isImage = request.handover == .image || !request.kernel.hasZImage
    if isImage {
      edges = search.imageStarts(step: search.imageStep).map { $0 + figures.textOffset }
    } else if let zImage = request.kernel.zImage {
      let tail =
        ARMDecompression(
          figures: figures, zImage: zImage, load: 0, kernel: 0, keptDTB: search.keptDTB
        ).stackEnd + zImage.heapBytes.value.rawValue
      for window in search.windows() {
        let kernels = ARMDestination.kernels(
          of: zImage, load: window.first.rawValue, textOffset: figures.textOffset,
          memory: search.treeMemory, keepsDTB: search.keptDTB > 0)
        for kernel in kernels {
          let top = kernel + figures.inflated
          edges += [window.first.rawValue, kernel, top, top + figures.bss]
        }
      }
      let free = search.view.free.ranges
      edges += free.flatMap { [$0.first.rawValue, $0.last.rawValue &+ 1] }
      edges += edges.map { $0 - min($0, tail) }
    }
    let mask = isImage ? 0 : search.page.mask
    let addresses = edges.flatMap { [$0 & ~mask, ($0 + mask) & ~mask] }
      .filter { $0 <= PhysicalRange.below4GiB.last.rawValue }
      .sorted { (distance($0, wish.rawValue), $0) < (distance($1, wish.rawValue), $1) }
    var result: [UInt64] = []
    for address in addresses where address != result.last { result.append(address) }
    return Array(result.prefix(Self.candidateLimit))
  }
}

/// The bytes between two addresses.
private func distance(_ one: UInt64, _ other: UInt64) -> UInt64 {
  one > other ? one - other : other - one
}

extension PlacementItem {
  /// Finds the place that is nearest to an address.
  func nearest(to wish: PhysicalAddress, clearOf taken: RangeSet) -> PhysicalRange? {
    guard let window else { return nil }
    let taken = taken.union(forbidden)
    var best: PhysicalRange?
    for hole in allowed.intersection(window).subtracting(taken).ranges {
      for floor in floors(in: hole, near: wish) {
        guard let found = lowest(clearOf: taken, from: floor), hole.contains(found) else {
          continue
        }
        if let best,
          distance(best.first.rawValue, wish.rawValue)
            <= distance(found.first.rawValue, wish.rawValue)
        {
          continue
        }
        best = found
      }
    }
    return best
  }

  /// The addresses in a hole from which the lowest possible place may be the nearest.
  private func floors(in hole: PhysicalRange, near wish: PhysicalAddress) -> [PhysicalAddress] {
    guard hole.count >= byteCount else { return [] }
    let highest = PhysicalAddress(hole.last.rawValue - byteCount.rawValue + 1)
      .roundedDown(to: alignment)
    let wanted = min(max(wish.roundedDown(to: alignment), hole.first), highest)
    guard let section else { return [wanted] }
    // Where sections count, two addresses are tried: one before the edge of a section, one on it.
    let room = min(byteCount.rawValue, 2 * section.byteCount.rawValue)
    let last = PhysicalAddress(
      wanted.roundedDown(to: section).rawValue + 2 * section.byteCount.rawValue - room
    ).roundedDown(to: alignment)
    return [wanted, max(min(last, wanted), hole.first)]
  }

  /// Finds a place for every item, with the smallest total distance to the wished places.
  ///
  /// - Parameters:
  ///   - items: The items; they must be few, since every order is tried.
  ///   - taken: The memory that must stay untouched.
  ///   - wish: The wished address of an item; nil takes the lowest place.
  /// - Returns: The places in the order of `items`, or nil when there is no arrangement.
  static func arrange(
    _ items: [Self], clearOf taken: RangeSet, near wish: (Self) -> PhysicalAddress?
  ) -> [PhysicalRange]? {
    var best: (cost: UInt64, places: [PhysicalRange])?
    for order in orders(items.count) {
      var taken = taken
      var places: [PhysicalRange?] = Array(repeating: nil, count: items.count)
      var cost: UInt64 = 0
      for index in order {
        let item = items[index]
        let wished = wish(item)
        let found =
          wished.map { item.nearest(to: $0, clearOf: taken) }
          ?? item.lowest(clearOf: taken, from: PhysicalAddress(0))
        guard let found else { break }
        if let wished { cost += distance(found.first.rawValue, wished.rawValue) }
        places[index] = found
        taken.insert(found)
      }
      let all = places.compactMap { $0 }
      if all.count == items.count, cost < best?.cost ?? .max { best = (cost, all) }
    }
    return best?.places
  }
}

extension NearestLayout {
  /// The diagnostic that names the working layout, and the segments that were moved.
  func diagnostic(_ found: (places: GivenPlaces, handover: HandoverKind)?) -> Diagnostic {
    guard let (places, handover) = found else {
      return Diagnostic(
        .noLayout, .note, "no layout was found in which these files hold in this memory")
    }
    var texts: [String] = []
    for name in GivenPlaces.names {
      guard let address = places[name] else { continue }
      var label = name.rawValue
      if name == .dtb, case .atags = request.parameters { label = "atags" }
      var text = "\(label) \(address)"
      if let old = request.given[name] {
        text += old == address ? " (stays)" : " (in place of \(old))"
      } else {
        let isPlain =
          name == .kernel && handover == .image && request.kernel.hasZImage
        text += isPlain ? " (placed, the plain Image)" : " (placed)"
      }
      texts.append(text)
    }
    return Diagnostic(.nearestLayout, .note, "the nearest layout that holds: " + texts.joined(", "))
  }
}

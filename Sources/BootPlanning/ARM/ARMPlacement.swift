// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// A placement: where everything goes and what that makes the new kernel write.
struct ARMPlacement {
  let handover: HandoverKind
  /// K.
  let kernel: UInt64
  /// L; the same as K when the plain Image is handed over.
  let load: UInt64
  let kernelSegment: PlannedSegment
  let initrd: PhysicalRange?
  let parameters: PhysicalRange?
  let footprint: [FootprintRange]
  /// Whether the decompressor moves itself.
  let move: ARMDecompression.Move
  /// Whether the image did not tell K and the more likely of two was taken.
  let kernelIsUncertain: Bool
  /// Whether RAM starts, for the new kernel, at a multiple of 2 MiB that an old one cannot use.
  var startIsFine = false
}

/// Finds placements that keep every segment clear of every byte that is written.
struct ARMPlacementSearch {
  let request: PlanRequest
  let figures: ARMFigures
  let view: ARMMemoryView
  let page: Alignment
  /// An appended DTB that stays behind the zImage, in bytes; 0 without one.
  let keptDTB: UInt64

  init(_ request: PlanRequest, figures: ARMFigures, keptDTB: UInt64) {
    self.request = request
    self.figures = figures
    self.keptDTB = keptDTB
    view = ARMMemoryView(request, figures: figures)
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

  private func item(_ name: PlannedSegment.Name, _ bytes: ByteCount, in allowed: RangeSet)
    -> PlacementItem?
  {
    guard let whole = bytes.roundedUp(to: page), whole.rawValue > 0 else { return nil }
    return PlacementItem(
      name: name, byteCount: whole, allowed: allowed, alignment: page,
      section: name == .dtb || name == .atags ? figures.section : nil)
  }

  /// The initrd and what r2 points to, with the places they may have.
  ///
  /// - Parameters:
  ///   - start: PHYS_OFFSET of the new kernel.
  ///   - cached: What the decompressor maps as cached, when it reads the DTB at all.
  /// - Returns: Nothing for what is not asked for.
  func companions(start: UInt64, cached: PhysicalRange?) -> [PlacementItem] {
    let lowmem = view.lowmem(start: start).intersection(view.free)
    var items: [PlacementItem] = []
    switch request.parameters {
    case .none: break
    case .deviceTree(let bytes, _):
      let allowed = cached.map { lowmem.intersection($0) } ?? lowmem
      if let item = item(.dtb, bytes, in: allowed) { items.append(item) }
    case .atags(let bytes, _):
      let allowed = cached.map { lowmem.intersection($0) } ?? lowmem
      if let item = item(.atags, bytes, in: allowed) { items.append(item) }
    }
    if let initrd = request.initrd, let item = item(.initrd, initrd.byteCount, in: lowmem) {
      items.append(item)
    }
    return items
  }

  /// Tells whether every range is RAM that nobody reserved.
  func isFree(_ ranges: [FootprintRange]) -> Bool {
    ranges.allSatisfy { view.free.contains($0.range) }
  }

  /// Tells whether the kernel can lie at an address: in free RAM that it will also map.
  func holdsKernel(at kernel: UInt64) -> Bool {
    guard
      let whole = PhysicalRange(
        start: PhysicalAddress(kernel - figures.pageTables),
        end: PhysicalAddress(kernel + figures.inflated + figures.bss))
    else { return false }
    let start = kernel - figures.textOffset
    return view.free.contains(whole) && view.lowmem(start: start).contains(whole)
      && view.pageStructsReach(start: start)
  }

  // MARK: Image handover

  /// The addresses at which a plain Image may begin, lowest first.
  ///
  /// The kernel takes the address it runs at, less TEXT_OFFSET, for the start of RAM, and that
  /// must be a multiple of 2 MiB; kernels before 5.11 need 16 MiB. A decompressor that asks the
  /// DTB for memory came later (5.13), so it tells of a kernel that takes 2 MiB.
  ///
  /// Source: arch/arm/kernel/phys2virt.S (v6.1); commit "ARM: p2v: reduce p2v alignment
  /// requirement to 2 MiB" (v5.11).
  var imageStep: Alignment {
    if request.kernel.facts.zImage?.checksDTBMemory?.value == true { return .largeSection }
    if let release = request.kernel.facts.release, KernelRelease(release).isAtLeast(5, 11) {
      return .largeSection
    }
    return Alignment(shift: 24)
  }

  /// Every start of RAM that an Image could be given, lowest first; with 2 MiB steps followed by
  /// those that lie below RAM itself, where only a large TEXT_OFFSET leads into it.
  func imageStarts(step: Alignment) -> [UInt64] {
    if case .fixed(let address) = request.kernel.facts.zImage?.destination.value {
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
    let regular = starts
    for range in view.free.ranges {
      let first = range.first.roundedDown(to: step).rawValue
      var next = PhysicalAddress(first - min(first, figures.textOffset)).roundedDown(to: step)
        .rawValue
      while next < first {
        if !regular.contains(next) { starts.append(next) }
        next += step.mask + 1
      }
    }
    return starts
  }

  /// Places a plain Image and its companions.
  func image() -> ARMPlacement? {
    if let load = request.load {
      guard load.rawValue >= figures.textOffset else { return nil }
      return image(start: load.rawValue - figures.textOffset)
    }
    for start in imageStarts(step: imageStep) {
      if let placement = image(start: start), leavesWorkingMemory(placement) { return placement }
    }
    guard imageStep != .largeSection else { return nil }
    for start in imageStarts(step: .largeSection) {
      if var placement = image(start: start), leavesWorkingMemory(placement) {
        placement.startIsFine = true
        return placement
      }
    }
    return nil
  }

  /// What an Image takes and writes when RAM starts at an address.
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

  // MARK: Zimage handover

  /// How the zImage lies to the kernel it inflates; the first is the most comfortable.
  enum Stance: CaseIterable {
    /// Above the kernel and its BSS: nothing moves, nothing overlaps.
    case aboveAll
    /// Above the inflated kernel: nothing moves, the kernel clears its BSS over the used zImage.
    case aboveKernel
    /// Anywhere: the decompressor moves itself behind the kernel.
    case moving
  }

  /// Places a zImage and its companions.
  func zimage() -> ARMPlacement? {
    guard let zImage = request.kernel.facts.zImage else { return nil }
    if let load = request.load { return zimage(zImage, at: load) }
    // A window in which K is certain comes before any in which the image leaves it open.
    for certain in [true, false] {
      for stance in Stance.allCases {
        for window in windows() {
          let kernels = ARMDestination.kernels(
            of: zImage, load: window.first.rawValue, textOffset: figures.textOffset,
            memory: treeMemory, keepsDTB: keptDTB > 0)
          guard (kernels.count == 1) == certain else { continue }
          for kernel in kernels {
            if let found = zimage(zImage, stance, in: window, kernel: kernel),
              leavesWorkingMemory(found)
            {
              return found
            }
          }
        }
      }
    }
    return nil
  }

  /// The 128 MiB windows that hold RAM, lowest first.
  func windows() -> [PhysicalRange] {
    var result: [PhysicalRange] = []
    for range in view.free.ranges {
      var start = ARMDestination.windowStart(range.first.rawValue)
      while start <= range.last.rawValue {
        if let window = PhysicalRange(
          start: PhysicalAddress(start), count: ByteCount(ARMDestination.window)),
          result.last != window
        {
          result.append(window)
        }
        start += ARMDestination.window
      }
    }
    return result
  }

  /// What the decompressor maps as cached memory; everything else is strongly ordered and cannot
  /// be read at odd addresses.
  ///
  /// Source: arch/arm/boot/compressed/head.S `__setup_mmu` (v6.1).
  func cachedMap(kernel: UInt64) -> PhysicalRange? {
    let table = kernel - ARMDecompression.pageTableBytes
    return PhysicalRange(
      start: PhysicalAddress(table & ~0x3_ffff), count: ByteCount(UInt64(0x1000_0000)))
  }

  /// Tells whether the decompressor runs, and finds all it reads and writes, in cached memory.
  ///
  /// One that moves itself copies aligned words: where it lies before does not matter.
  func runsCached(_ own: ARMDecompression, _ cached: PhysicalRange) -> Bool {
    if own.move != .always {
      guard
        let whole = PhysicalRange(
          start: PhysicalAddress(own.load),
          end: PhysicalAddress(own.stackEnd + own.zImage.heapBytes.value.rawValue)),
        cached.contains(whole)
      else { return false }
    }
    return own.ranges.allSatisfy { !$0.name.hasPrefix("moved") || cached.contains($0.range) }
  }

  private func decompression(_ zImage: ZImage, load: UInt64, kernel: UInt64) -> ARMDecompression {
    ARMDecompression(
      figures: figures, zImage: zImage, load: load, kernel: kernel, keptDTB: keptDTB)
  }

  /// Finds places when the zImage lies in a window, in one stance.
  private func zimage(
    _ zImage: ZImage, _ stance: Stance, in window: PhysicalRange, kernel: UInt64
  ) -> ARMPlacement? {
    guard kernel >= figures.textOffset, let cached = cachedMap(kernel: kernel),
      let room = window.intersection(cached)
    else { return nil }
    let kernelRanges =
      figures.kernelPhase(at: kernel)
      + [
        footprint("decompressor page table", kernel - ARMDecompression.pageTableBytes, kernel),
        footprint("inflated kernel", kernel, kernel + figures.inflated),
      ].compactMap { $0 }
    guard isFree(kernelRanges), holdsKernel(at: kernel) else { return nil }
    let kernelTop = kernel + figures.inflated
    // The zImage, what it writes right behind itself, and its companions are arranged together.
    let own = decompression(zImage, load: 0, kernel: kernel)
    let heap = zImage.heapBytes.value.rawValue
    let tail = own.stackEnd + (stance == .moving ? 0 : heap)
    var lowestLoad = window.first.rawValue
    var within = room
    var last = room.last.rawValue
    switch stance {
    case .aboveAll: lowestLoad = kernelTop + figures.bss
    case .aboveKernel:
      let slack = min(kernelTop, zImage.wontOverwriteLowest.rawValue)
      lowestLoad = kernelTop + 1 - slack
    case .moving:
      // It moves for certain when it reaches above K less 16 KiB but begins below K + I. It then
      // may begin below the cached map: so near below K the caches stay off until it has moved.
      within = window
      last = window.last.rawValue
      let reach = own.stackEnd + heap + 0x4000
      lowestLoad = max(lowestLoad, kernel + 1 - min(kernel + 1, reach))
      let highest = kernelTop - min(kernelTop, zImage.wontOverwriteHighest.rawValue + 1)
      last = min(last, (highest & ~page.mask) + ((tail + page.mask) & ~page.mask) - 1)
    }
    guard
      let loads = PhysicalRange(
        first: PhysicalAddress(lowestLoad), last: PhysicalAddress(last)),
      let block = ByteCount(tail).roundedUp(to: page)
    else { return nil }
    let zItem = PlacementItem(
      name: .kernel, byteCount: block,
      allowed: view.free.intersection(within).intersection(loads), alignment: page)
    let start = kernel - figures.textOffset
    let rest = companions(start: start, cached: cached)
    var forbidden = RangeSet(kernelRanges.map { $0.range })
    if stance == .moving {
      // The copy's place follows from K alone as long as L is a whole page and it moves at all.
      let sample = PhysicalAddress(lowestLoad).roundedUp(to: page)?.rawValue ?? lowestLoad
      let moved = decompression(zImage, load: sample, kernel: kernel).ranges.filter {
        $0.name.hasPrefix("moved")
      }
      guard isFree(moved), moved.allSatisfy({ cached.contains($0.range) }) else { return nil }
      for range in moved { forbidden.insert(range.range) }
    }
    // Only the companions must keep clear of what is written before start_kernel.
    let clear = rest.map { item in
      PlacementItem(
        name: item.name, byteCount: item.byteCount,
        allowed: item.allowed.subtracting(forbidden), alignment: item.alignment,
        section: item.section)
    }
    let items = [zItem] + clear
    let top = forbidden.ranges.last?.last ?? PhysicalAddress(kernelTop)
    guard let places = comfortable(items, clearOf: RangeSet(), above: top) else { return nil }
    guard let first = places.first else { return nil }
    return zimage(
      zImage, load: first.first.rawValue, kernel: kernel, items: clear,
      places: Array(places.dropFirst()))
  }

  /// Finds places for the companions of a zImage whose load address is given.
  func zimage(_ zImage: ZImage, at load: PhysicalAddress) -> ARMPlacement? {
    let kernels = ARMDestination.kernels(
      of: zImage, load: load.rawValue, textOffset: figures.textOffset, memory: treeMemory,
      keepsDTB: keptDTB > 0)
    for kernel in kernels {
      guard kernel >= figures.textOffset, let cached = cachedMap(kernel: kernel) else { continue }
      let own = decompression(zImage, load: load.rawValue, kernel: kernel)
      let footprint = own.ranges + figures.kernelPhase(at: kernel)
      guard isFree(footprint), holdsKernel(at: kernel), runsCached(own, cached),
        let file = PhysicalRange(start: load, count: zImage.byteCount),
        view.free.contains(file.rounded(outwardTo: page)),
        file.last.rawValue <= ARMDestination.windowStart(load.rawValue)
          + (ARMDestination.window - 1)
      else { continue }
      var taken = RangeSet(footprint.map { $0.range })
      taken.insert(file.rounded(outwardTo: page))
      let items = companions(start: kernel - figures.textOffset, cached: cached)
      let top = taken.ranges.last?.last ?? file.last
      guard let places = comfortable(items, clearOf: taken, above: top) else { continue }
      if let found = zimage(
        zImage, load: load.rawValue, kernel: kernel, items: items, places: places)
      {
        return found
      }
    }
    return nil
  }

  private func zimage(
    _ zImage: ZImage, load: UInt64, kernel: UInt64, items: [PlacementItem],
    places: [PhysicalRange]
  ) -> ARMPlacement? {
    let kernels = ARMDestination.kernels(
      of: zImage, load: load, textOffset: figures.textOffset, memory: treeMemory,
      keepsDTB: keptDTB > 0)
    let bytes = ByteCount(zImage.byteCount.rawValue + keptDTB)
    guard kernels.contains(kernel),
      let segment = zImageSegment(load: load, fileBytes: bytes)
    else { return nil }
    let own = decompression(zImage, load: load, kernel: kernel)
    return placement(
      .zimage, kernel: kernel, load: load, segment: segment, items: items, places: places,
      footprint: own.ranges + figures.kernelPhase(at: kernel), move: own.move,
      uncertain: kernels.count > 1)
  }

  /// The segment of a zImage: its pages, and always at least one word behind its end, so that
  /// zeros stand where the decompressor looks for an appended DTB.
  func zImageSegment(load: UInt64, fileBytes: ByteCount) -> PlannedSegment? {
    guard let memory = ByteCount(fileBytes.rawValue + 4).roundedUp(to: page),
      let range = PhysicalRange(start: PhysicalAddress(load), count: memory)
    else { return nil }
    return PlannedSegment(name: .kernel, range: range, fileBytes: fileBytes)
  }

  // MARK: Putting it together

  /// Arranges items above everything that is written if they fit there, else anywhere.
  private func comfortable(
    _ items: [PlacementItem], clearOf taken: RangeSet, above top: PhysicalAddress
  ) -> [PhysicalRange]? {
    for item in items where !item.allowed.ranges.contains(where: { $0.count >= item.byteCount }) {
      return nil
    }
    if let floor = top.roundedUp(to: .section),
      let places = PlacementItem.arrange(items, clearOf: taken, from: floor)
    {
      return places
    }
    return PlacementItem.arrange(items, clearOf: taken, from: PhysicalAddress(0))
  }

  private func placement(
    _ handover: HandoverKind, kernel: UInt64, load: UInt64, segment: PlannedSegment,
    items: [PlacementItem], places: [PhysicalRange], footprint: [FootprintRange],
    move: ARMDecompression.Move, uncertain: Bool
  ) -> ARMPlacement {
    var initrd: PhysicalRange?
    var parameters: PhysicalRange?
    for (item, place) in zip(items, places) {
      if item.name == .initrd { initrd = place } else { parameters = place }
    }
    return ARMPlacement(
      handover: handover, kernel: kernel, load: load, kernelSegment: segment, initrd: initrd,
      parameters: parameters, footprint: footprint, move: move, kernelIsUncertain: uncertain)
  }

  private func footprint(_ name: String, _ start: UInt64, _ end: UInt64) -> FootprintRange? {
    PhysicalRange(start: PhysicalAddress(start), end: PhysicalAddress(end)).map {
      FootprintRange(name: name, phase: .decompress, range: $0)
    }
  }
}

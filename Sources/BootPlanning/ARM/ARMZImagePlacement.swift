// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Placing a zImage: it and its companions must suit the decompressor as well as the kernel.
extension ARMPlacementSearch {
  /// The place of the zImage relative to the kernel it inflates, the best first.
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
    guard let zImage = request.kernel.zImage else { return nil }
    if let load = request.load { return zimage(zImage, at: load) }
    guard isLargeEnough else { return nil }
    return zimage(zImage) { leavesWorkingMemory($0) }
  }

  /// Finds the best placement of a zImage that a caller accepts.
  ///
  /// The kernel loses all RAM below its window, so a low kernel counts for more than comfort.
  func zimage(_ zImage: ZImage, accepting isGood: (ARMPlacement) -> Bool) -> ARMPlacement? {
    let targets = windows().map { window in
      (
        window: window,
        kernels: ARMDestination.kernels(
          of: zImage, load: window.first.rawValue, textOffset: figures.textOffset,
          memory: treeMemory, keepsDTB: keptDTB > 0)
      )
    }
    // A window in which K is certain comes before any in which the image leaves it open; of two
    // kernels the more likely comes first.
    for (count, index) in [(1, 0), (2, 0), (2, 1)] {
      let open = targets.filter { $0.kernels.count == count }
      var kernels: [UInt64] = []
      for kernel in open.map({ $0.kernels[index] }).ascending where kernels.last != kernel {
        kernels.append(kernel)
      }
      for kernel in kernels {
        for stance in Stance.allCases {
          for target in open where target.kernels[index] == kernel {
            if let found = zimage(zImage, stance, in: target.window, kernel: kernel),
              isGood(found)
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

  /// The range that the decompressor maps as cached memory. All other memory is strongly ordered,
  /// and unaligned reads of it fail.
  ///
  /// Source: arch/arm/boot/compressed/head.S `__setup_mmu` (v6.1).
  func cachedMap(kernel: UInt64) -> PhysicalRange? {
    let table = kernel - ARMDecompression.pageTableBytes
    return PhysicalRange(
      start: PhysicalAddress(table & ~0x3_ffff), count: ByteCount(UInt64(0x1000_0000)))
  }

  /// Whether the decompressor runs in cached memory, and reads and writes only cached memory.
  ///
  /// A decompressor that moves itself copies aligned words: its place before the move does not
  /// matter.
  func runsCached(_ own: ARMDecompression, _ cached: PhysicalRange) -> Bool {
    if own.move != .always {
      guard
        let whole = PhysicalRange(
          start: PhysicalAddress(own.load),
          end: PhysicalAddress(own.stackEnd + own.zImage.heapBytes.value.rawValue)),
        cached.contains(whole)
      else { return false }
    }
    return own.ranges.allSatisfy { !$0.part.isMoved || cached.contains($0.range) }
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
        footprint(.decompressorPageTable, kernel - ARMDecompression.pageTableBytes, kernel),
        footprint(.inflatedKernel, kernel, kernel + figures.inflated),
      ].compactMap { $0 }
    guard isFree(kernelRanges), holdsKernel(at: kernel) else { return nil }
    let kernelTop = kernel + figures.inflated
    // The zImage, the memory it writes right behind itself, and its companions are arranged
    // together.
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
      // The decompressor moves for certain when it reaches above K less 16 KiB but begins below K +
      // I. Then it may begin below the cached map: so near below K the caches stay off until it has
      // moved.
      within = window
      last = window.last.rawValue
      let reach = own.lowestStackEnd + own.lowestHeapBytes + 0x4000
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
      name: .kernel, byteCount: block, allowed: view.free, window: within.intersection(loads),
      alignment: page)
    let start = kernel - figures.textOffset
    let rest = companions(start: start, cached: keptDTB > 0 ? cached : nil)
    var forbidden = RangeSet(kernelRanges.map { $0.range })
    if stance == .moving {
      // The place of the copy follows from K alone if L is a whole page and the decompressor moves.
      let sample = PhysicalAddress(lowestLoad).roundedUp(to: page)?.rawValue ?? lowestLoad
      let moved = decompression(zImage, load: sample, kernel: kernel).ranges.filter {
        $0.part.isMoved
      }
      guard isFree(moved), moved.allSatisfy({ cached.contains($0.range) }) else { return nil }
      for range in moved { forbidden.insert(range.range) }
    }
    // Only the companions must keep clear of the ranges that are written before start_kernel.
    let clear = rest.map { item in
      var item = item
      item.forbidden = forbidden
      return item
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
      let items = companions(
        start: kernel - figures.textOffset, cached: keptDTB > 0 ? cached : nil)
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

  private func footprint(_ part: FootprintPart, _ start: UInt64, _ end: UInt64) -> FootprintRange? {
    PhysicalRange(start: PhysicalAddress(start), end: PhysicalAddress(end)).map {
      FootprintRange(part, phase: .decompress, range: $0)
    }
  }
}

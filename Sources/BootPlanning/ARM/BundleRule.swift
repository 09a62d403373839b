// SPDX-License-Identifier: Apache-2.0
import Handover
import KernelImages
import PhysicalMemory

/// Places a bundle for a loader that treats it as a zImage.
///
/// A bundle starts at any address and holds the places of its segments, so a loader only has to
/// find room for the file. Two areas may be written: [L, L + S) of its size table
/// (docs/bundle.md), as far as that is free RAM, and the places of its segments. The device tree
/// that is passed keeps clear of both.
struct BundleRule {
  let request: PlanRequest
  let bundle: BundledBoot
  let search: ARMPlacementSearch

  init?(_ request: PlanRequest, figures: ARMFigures) {
    guard let bundle = request.kernel.bundle else { return nil }
    self.request = request
    self.bundle = bundle
    search = ARMPlacementSearch(request, figures: figures, keptDTB: 0)
  }

  /// Makes the plan.
  func plan() -> BootPlan {
    let start = search.view.free.ranges.first?.first.rawValue ?? 0
    let items = search.companions(start: start, cached: nil)
    for load in items.allSatisfy({ $0.hasRoom }) ? loads : [] {
      guard let placement = placement(at: load, items) else { continue }
      var plan = ARMPlanner.plan(search, placement)
      plan.diagnostics += diagnostics(load: load)
      plan.diagnostics += PlanCheck.diagnostics(of: plan)
      return plan
    }
    var refused = ARMPlanner.plan(search, nil, handover: .zimage)
    refused.diagnostics.append(
      Diagnostic(
        .nothingFits, .error,
        "nothing fits: the bundle takes \(bundle.byteCount) in one piece, and its parameters "
          + "must keep clear of the bytes that it writes",
        hint: "free reserved memory, or make a smaller bundle"))
    return refused
  }

  /// The addresses that the bundle may be loaded to, the best first: those with all of S in free
  /// RAM behind them, then any other.
  private var loads: [UInt64] {
    if let load = request.load { return [load.rawValue] }
    var result: [UInt64] = []
    for bytes in [bundle.wrapperBytes.rawValue, bundle.byteCount.rawValue + 4] {
      for range in search.view.free.ranges {
        guard let first = range.first.roundedUp(to: search.page), first <= range.last,
          range.last.rawValue - first.rawValue >= bytes - 1
        else { continue }
        result.append(first.rawValue)
        let last = PhysicalAddress(range.last.rawValue - (bytes - 1))
          .roundedDown(to: search.page).rawValue
        if last > first.rawValue { result.append(last) }
      }
    }
    return result
  }

  /// All ranges that may be written when the bundle is loaded to an address.
  func footprint(load: UInt64) -> [FootprintRange] {
    var result: [FootprintRange] = []
    if let reach = PhysicalRange(
      start: PhysicalAddress(load), count: bundle.wrapperBytes)
    {
      for range in search.view.free.intersection(reach).ranges {
        result.append(
          FootprintRange(.bundle, phase: .decompress, range: range))
      }
    }
    for segment in bundle.segments {
      result.append(
        FootprintRange(
          .bundleSegment(segment.name), phase: .decompress, range: segment.range))
    }
    return result
  }

  private func placement(at load: UInt64, _ items: [PlacementItem]) -> ARMPlacement? {
    guard let segment = search.zImageSegment(load: load, fileBytes: bundle.byteCount),
      search.view.free.contains(segment.range)
    else { return nil }
    let footprint = footprint(load: load)
    var taken = RangeSet(footprint.map { $0.range })
    taken.insert(segment.range)
    guard
      let places = search.comfortable(
        items, clearOf: taken, above: taken.ranges.last?.last ?? segment.range.last)
    else { return nil }
    return search.placement(
      .zimage, kernel: load, load: load, segment: segment, items: items, places: places,
      footprint: footprint, move: .never, uncertain: false)
  }

  private func diagnostics(load: UInt64) -> [Diagnostic] {
    var result = [
      Diagnostic(
        .bundlePlace, .note,
        "the bundle is loaded to \(PhysicalAddress(load)), the lowest place with room; it starts "
          + "wherever it lies"),
      Diagnostic(
        .bundleBringsItsOwn, .note,
        bundle.takesTree
          ? "the bundle brings its kernel, initrd and command line; the device tree that is "
            + "passed takes the place of its own"
          : "the bundle brings its kernel, initrd, device tree and command line; those of this "
            + "machine are not used"),
    ]
    if request.initrd != nil {
      result.append(
        Diagnostic(
          .initrdForBundle, .error,
          "the bundle takes no initrd from its loader: it would not be used",
          hint: "leave the initrd out, or make the bundle with it"))
    }
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Says how much RAM a placement costs the new kernel, and which change would cost less.
///
/// A kernel takes the address it runs at, less TEXT_OFFSET, for the start of RAM, and drops all
/// memory below that.
struct ARMLostMemory {
  let search: ARMPlacementSearch
  let placement: ARMPlacement

  private var figures: ARMFigures { search.figures }
  private var start: UInt64 { placement.kernel - figures.textOffset }

  var diagnostics: [Diagnostic] {
    let lost = search.view.lost(start: start)
    guard !lost.isEmpty else { return [] }
    return [
      Diagnostic(
        .memoryBelowStart, .warning,
        "the new kernel will not use \(lost.count) of RAM, \(lost.inWords): it takes RAM to start at "
          + "\(PhysicalAddress(start))",
        hint: hint)
    ]
  }

  private var hint: String {
    let ways = [byImage, withoutInitrd, blocker].compactMap { $0 }
    guard ways.isEmpty else { return ways.joined("; or ") }
    return search.request.given.kernel == nil
      ? "free the memory below it, or use another kernel" : "load the kernel lower"
  }

  /// The image handover, when it costs less.
  private var byImage: String? {
    guard placement.handover == .zimage, search.keptDTB == 0 else { return nil }
    var other = search.request
    other.load = nil
    other.given.kernel = nil
    let image = ARMPlacementSearch(other, figures: figures, keptDTB: 0)
    guard let found = image.image(), image.leavesWorkingMemory(found),
      found.kernel < placement.kernel
    else { return nil }
    let lost = search.view.lost(start: found.kernel - figures.textOffset)
    return (search.request.cannotLoadImage ? "free memory for" : "use")
      + " --handover image, which "
      + (lost.isEmpty ? "costs nothing" : "costs only \(lost.count)")
  }

  /// Advice to shrink the initrd, when without one the kernel would lie lower.
  private var withoutInitrd: String? {
    guard search.request.initrd != nil, search.request.load == nil,
      search.request.given.kernel == nil
    else { return nil }
    var other = search.request
    other.initrd = nil
    let bare = ARMPlacementSearch(other, figures: figures, keptDTB: search.keptDTB)
    guard let found = placement.handover == .image ? bare.image() : bare.zimage(),
      bare.leavesWorkingMemory(found), found.kernel < placement.kernel
    else { return nil }
    return "use a smaller initrd"
  }

  /// The obstacle at the address where the kernel would lie if no RAM were lost.
  private var blocker: String? {
    guard let first = search.view.known.ranges.first?.first.roundedUp(to: .largeSection) else {
      return nil
    }
    var kernel = first.rawValue + figures.textOffset
    if placement.handover == .zimage, let zImage = search.request.kernel.zImage {
      kernel =
        ARMDestination.kernels(
          of: zImage, load: first.rawValue, textOffset: figures.textOffset,
          memory: search.treeMemory, keepsDTB: search.keptDTB > 0
        ).first ?? kernel
    }
    guard kernel < placement.kernel, kernel >= figures.pageTables,
      let wanted = PhysicalRange(
        start: PhysicalAddress(kernel - figures.pageTables),
        end: PhysicalAddress(kernel + figures.inflated + figures.bss)),
      search.request.machine.memory.ram.contains(wanted)
    else { return nil }
    let entries = search.request.machine.memory.reservations(in: wanted).prefix(3)
    guard !entries.isEmpty else { return nil }
    return "free " + entries.map { "\($0.why) \($0.range)" }.joined(", ")
      + ", where the kernel would lie at \(PhysicalAddress(kernel))"
  }
}

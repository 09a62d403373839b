// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Says what RAM a placement costs the new kernel, and what would cost less.
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
        "KX145", .warning,
        "the new kernel will not use \(lost.count) of RAM, \(list(lost)): it takes RAM to start at "
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

  /// A smaller initrd, when without one the kernel would lie lower.
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

  /// What lies where the kernel would lie if no RAM were lost.
  private var blocker: String? {
    guard let first = search.view.known.ranges.first?.first.roundedUp(to: .largeSection) else {
      return nil
    }
    var kernel = first.rawValue + figures.textOffset
    if placement.handover == .zimage, let zImage = search.request.kernel.facts.zImage {
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

/// The ranges of a set in words, the first few of them.
private func list(_ set: RangeSet) -> String {
  let more = set.ranges.count - 4
  return set.ranges.prefix(4).map { $0.description }.joined(", ")
    + (more > 0 ? " and \(more) more" : "")
}

extension ARMPlanner {
  /// Says what memory the DTB names that the machine does not have, and what follows.
  ///
  /// A kernel that was itself started above the start of RAM does not list what lies below it in
  /// /proc/iomem, and refuses segments there; the tree it was given still names it.
  ///
  /// - Parameters:
  ///   - request: What is planned.
  ///   - kernel: K; nil when nothing fits.
  /// - Returns: A note for what the running kernel is known to have dropped, a warning for the rest.
  static func absentMemory(_ request: PlanRequest, kernel: UInt64?) -> [Diagnostic] {
    guard case .deviceTree(_, let memory) = request.parameters, !memory.isEmpty else { return [] }
    let ram = request.machine.memory.ram
    let textOffset = request.kernel.facts.textOffset.value.rawValue
    let start = kernel.map { PhysicalAddress($0 - min($0, textOffset)) }
    var absent = RangeSet(memory).subtracting(ram)
    var result: [Diagnostic] = []
    if let bottom = ram.ranges.first?.first, start.map({ $0 >= bottom }) ?? true,
      let below = PhysicalRange(start: PhysicalAddress(0), end: bottom)
    {
      let dropped = absent.intersection(below).intersection(RangeSet(request.runningMemory ?? []))
      absent = absent.subtracting(dropped)
      if !dropped.isEmpty {
        result.append(
          Diagnostic(
            "KX116", .note,
            "the running kernel does not use \(dropped.count) of memory that its tree names, "
              + "\(list(dropped)): it took RAM to start at \(bottom). Nothing can be loaded there"
              + (start == nil ? "" : ", and the new kernel will not use it either"),
            hint: "only a start by the firmware gives it back"))
      }
    }
    guard let first = absent.ranges.first, let last = absent.ranges.last else { return result }
    let isUsed = start.map { last.last >= $0 } ?? true
    result.append(
      Diagnostic(
        "KX116", .warning,
        "the DTB names \(absent.count) of memory that the machine does not have, from "
          + "\(first.first) on; nothing is put there, "
          + (isUsed
            ? "but the new kernel will use it"
            : "and the new kernel will not use it either, since its RAM starts above"),
        hint: "use the DTB of this machine"))
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Says why nothing fits: for each hole the constraint that rules it out, and the smallest RAM that
/// would be enough.
struct ARMRefusal {
  let search: ARMPlacementSearch
  let handovers: [HandoverKind]
  /// The smallest RAM that would be enough; nil when no RAM would.
  let smallestRAM: ByteCount?

  init(search: ARMPlacementSearch, handovers: [HandoverKind]) {
    self.search = search
    self.handovers = handovers
    smallestRAM = SmallestRAM.find(search.request)
  }

  private var figures: ARMFigures { search.figures }

  var diagnostics: [Diagnostic] {
    var result = [
      Diagnostic(
        .nothingFits, .error, "nothing fits: " + summary,
        hint: hint)
    ]
    let cramped = crampedZImage
    for hole in search.view.free.ranges.prefix(16) {
      result.append(
        Diagnostic(.holeRefused, .note, "hole \(hole) (\(hole.count)): " + reason(hole, cramped)))
    }
    let more = search.view.free.ranges.count - 16
    if more > 0 {
      result.append(Diagnostic(.holeRefused, .note, "\(more) more holes refused likewise"))
    }
    return result
  }

  private var summary: String {
    let kernel = ByteCount(figures.inflated + figures.bss)
    var text = "the kernel takes \(kernel)"
    if handovers.contains(.zimage), let zImage = search.request.kernel.zImage {
      text += ", its zImage \(zImage.byteCount)"
    }
    if let initrd = search.request.initrd { text += ", the initrd \(initrd.byteCount)" }
    if let bytes = search.request.parameters.byteCount { text += ", its parameters \(bytes)" }
    text += ", and \(search.view.freeBytes) of RAM is free"
    if let first = search.view.free.ranges.first?.first.rawValue {
      let told = search.view.free.intersection(search.view.named(start: first)).count
      if told < search.view.freeBytes { text += "; the DTB or mem= names \(told) of it" }
    }
    return text
  }

  private var hint: String {
    let cause = ARMRefusalCause(search: search, handovers: handovers)
    if let known = cause.inWords { return known }
    let size = smallest ?? cause.others ?? "use a smaller kernel or initrd"
    guard !handovers.contains(.image), search.keptDTB == 0, !search.request.cannotLoadImage,
      search.request.kernel.isInflatable,
      let image = search.image(), search.leavesWorkingMemory(image)
    else { return size }
    return "use --handover image, which fits; by zimage, " + size
  }

  private var smallest: String? {
    guard let size = smallestRAM else { return nil }
    let first = search.request.machine.memory.ram.ranges.first?.first ?? PhysicalAddress(0)
    return "the smallest RAM that would do is \(size.rounded) (\(size)) from \(first)"
  }

  private func reason(_ hole: PhysicalRange, _ cramped: ARMPlacement?) -> String {
    guard let start = kernelStart(in: hole) else { return Self.kernelReason(search, hole) }
    let kernel = start + figures.textOffset
    if search.request.load != nil {
      return "the kernel could lie at \(PhysicalAddress(kernel)), but with the load address "
        + "given the rest does not fit"
    }
    guard let found = search.image(start: start) else {
      return "the kernel fits at \(PhysicalAddress(kernel)), but then "
        + companionReason(start: start)
    }
    if handovers.contains(.image) {
      return "all would lie in it, but \(ByteCount(search.memoryLeft(found))) would be left for "
        + "the kernel to work with, and " + need
    }
    if let cramped, hole.contains(PhysicalAddress(cramped.kernel)) {
      let start = PhysicalAddress(cramped.kernel - figures.textOffset)
      return "the kernel fits at \(PhysicalAddress(kernel)), but the decompressor puts it at "
        + "\(PhysicalAddress(cramped.kernel)); from \(start) on "
        + "\(ByteCount(search.memoryLeft(cramped))) would be left for the kernel to work with, and "
        + need
    }
    return "the kernel fits at \(PhysicalAddress(kernel)), but its decompressor does not find "
      + "room for itself, its heap and the companions in the 128 MiB window"
  }

  private var need: String {
    (search.request.workingBytes == nil ? "the unpacked initrd alone takes " : "it is to have ")
      + ByteCount(search.memoryNeeded).description
  }

  /// A placement by the decompressor's rules that leaves the kernel too little memory.
  private var crampedZImage: ARMPlacement? {
    guard !handovers.contains(.image), let zImage = search.request.kernel.zImage else {
      return nil
    }
    return search.zimage(zImage) { _ in true }
  }

  private func kernelStart(in hole: PhysicalRange) -> UInt64? {
    search.imageStarts(step: .largeSection).first {
      hole.contains(PhysicalAddress($0 + figures.textOffset))
        && search.holdsKernel(at: $0 + figures.textOffset)
    }
  }

  private func companionReason(start: UInt64) -> String {
    guard let (segment, footprint) = search.imageFootprint(start: start) else {
      return "the companions do not fit"
    }
    let (ranges, window) = search.view.loadable(start: start)
    let left = (window.map { ranges.set.intersection($0) } ?? RangeSet()).subtracting(
      RangeSet(footprint.map { $0.range } + [segment]))
    let largest = left.ranges.map { $0.count }.max() ?? .zero
    return "initrd and DTB do not: the largest hole left in lowmem (which ends at "
      + "\(PhysicalAddress(search.view.lowmemEnd(start: start) - 1))) has \(largest)"
  }

  /// Says why the kernel cannot lie in a hole.
  static func kernelReason(_ search: ARMPlacementSearch, _ hole: PhysicalRange) -> String {
    let figures = search.figures
    let whole = figures.pageTables + figures.inflated + figures.bss
    if hole.count.rawValue < whole {
      return "too small: kernel, page tables and BSS take \(ByteCount(whole))"
    }
    let step = search.imageStep
    let start = hole.first.roundedDown(to: step).rawValue
    let kernel = start + figures.textOffset
    if case .fixed(let address) = search.request.kernel.zImage?.destination.value {
      return "the kernel can only run at \(address)"
    }
    let first = kernel - figures.pageTables
    if first < hole.first.rawValue {
      let next = kernel + step.mask + 1
      return "it begins at \(hole.first), the kernel's page tables at \(PhysicalAddress(first)); "
        + "the next place, \(PhysicalAddress(next)), ends behind it or is refused below"
    }
    let wanted = PhysicalRange(
      start: PhysicalAddress(first), end: PhysicalAddress(kernel + figures.inflated + figures.bss))
    if let wanted,
      let blocker = search.request.machine.memory.reservations(in: wanted).first
    {
      return "the kernel would take \(wanted), but \(blocker.range) is reserved "
        + "(\(blocker.why))"
    }
    if let wanted, hole.contains(wanted), !search.view.lowmem(start: start, holds: wanted),
      search.view.unmappedHead(start: start)?.overlaps(wanted) != true
    {
      return "the kernel would take \(wanted), which the DTB or mem= does not name as its memory"
    }
    if let head = search.view.unmappedHead(start: start), let wanted, head.overlaps(wanted) {
      return "the kernel would lie in \(head), which it takes out of its map because RAM does "
        + "not begin with a whole 2 MiB"
    }
    return "the kernel would end at \(PhysicalAddress(kernel + figures.inflated + figures.bss)), "
      + "behind the hole"
  }
}

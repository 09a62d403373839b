// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Judges a layout with given addresses. It reports every byte that is lost, and every address at
/// which the kernel or its decompressor does not find, or cannot use, a part.
struct GivenLayoutCheck {
  let layout: GivenLayout
  let placement: ARMPlacement

  init(_ layout: GivenLayout, _ placement: ARMPlacement) {
    self.layout = layout
    self.placement = placement
  }

  var request: PlanRequest { layout.request }
  var search: ARMPlacementSearch { layout.search }
  var figures: ARMFigures { layout.figures }
  /// PHYS_OFFSET of the new kernel.
  var start: UInt64 { placement.kernel - figures.textOffset }

  /// The hint of every error.
  static let hint = "move it: KX190 says where to"

  /// Whether nothing is lost and everything is found.
  var holds: Bool { bad.isEmpty }

  /// The segments at wrong places. If the kernel overwrites a segment, the segment is at fault, not
  /// the kernel.
  var bad: [PlannedSegment.Name] {
    var bad: [PlannedSegment.Name] = []
    if !isInFreeRAM(placement.kernelSegment.range) || !search.request.machineHolds(written)
      || !kernelDefects.isEmpty
    {
      bad.append(.kernel)
    }
    for (name, range) in companions {
      let others = companions.filter { $0.name != name }.map { $0.range }
      let taken = RangeSet(written + others + [placement.kernelSegment.range])
      if taken.overlaps(range) || !isInFreeRAM(range) || !defects(name, range).isEmpty {
        bad.append(name)
      }
    }
    return bad
  }

  /// All diagnostics of the layout.
  var diagnostics: [Diagnostic] {
    let plan = ARMPlanner.plan(search, placement)
    var result: [Diagnostic] = []
    for (name, range) in companions { result += losses(name, range) }
    result += PlanCheck.overlapsOfSegments(
      plan, hint: "whichever is loaded last overwrites the other; " + Self.hint)
    result += PlanCheck.misplaced(plan, hint: Self.hint)
    result += kernelDefects
    for (name, range) in companions { result += defects(name, range) }
    if !search.leavesWorkingMemory(placement) {
      result.append(
        Diagnostic(
          .layoutLeavesLittle, .warning,
          "\(ByteCount(search.memoryLeft(placement))) would be left for the kernel to work with, "
            + "and by an estimate it needs \(ByteCount(search.memoryNeeded))",
          hint: "use a smaller initrd, or more RAM; --assume work=N states another figure"))
    }
    return result
  }

  private var written: [PhysicalRange] { placement.footprint.map { $0.range } }

  /// The segments other than the kernel.
  private var companions: [(name: PlannedSegment.Name, range: PhysicalRange)] {
    var result: [(name: PlannedSegment.Name, range: PhysicalRange)] = []
    if let range = placement.parameters { result.append((parametersName, range)) }
    if let range = placement.initrd { result.append((.initrd, range)) }
    return result
  }

  private var parametersName: PlannedSegment.Name {
    if case .atags = request.parameters { return .atags }
    return .dtb
  }

  private func isInFreeRAM(_ range: PhysicalRange) -> Bool { request.machineHolds([range]) }

  // MARK: Losses

  /// The losses of a segment, one for each writer.
  private func losses(
    _ name: PlannedSegment.Name, _ range: PhysicalRange
  ) -> [Diagnostic] {
    var lost = RangeSet()
    var writers: [String] = []
    for written in placement.footprint {
      guard let shared = written.range.intersection(range) else { continue }
      lost.insert(shared)
      writers.append("\(written.name) writes \(shared) (\(shared.count))")
    }
    guard !lost.isEmpty else { return [] }
    return [
      Diagnostic(
        .segmentOverwritten, .error,
        "\(name.rawValue) \(range) overlaps what is written before start_kernel: "
          + writers.joined(", ") + "; \(lost.count) would be lost",
        hint: Self.hint, bytes: lost.count)
    ]
  }

  // MARK: Companions

  /// The reasons why the kernel does not find a segment, or cannot use it.
  private func defects(
    _ name: PlannedSegment.Name, _ range: PhysicalRange
  ) -> [Diagnostic] {
    var result: [Diagnostic] = []
    func add(_ code: DiagnosticCode, _ text: String, bytes: ByteCount? = nil) {
      result.append(
        Diagnostic(code, .error, "\(name.rawValue) \(range) " + text, hint: Self.hint, bytes: bytes)
      )
    }
    if let why = unmapped(name == .initrd ? range.rounded(outwardTo: .page) : range) {
      add(.notMapped, why.text, bytes: why.bytes)
    }
    guard name != .initrd else { return result + sharedPages(range) }
    // Source: Linux 6.1, Documentation/arm/booting.rst, "Setup the device tree" (64-bit aligned);
    // arch/arm/kernel/head-common.S `__vet_atags` (a word).
    let step: UInt64 = name == .dtb ? 8 : 4
    if range.first.rawValue % step != 0 {
      add(.misaligned, "does not begin at a multiple of \(step): the kernel may not take it")
    }
    let section = figures.section
    let mapped = range.first.roundedDown(to: section).rawValue + 2 * section.byteCount.rawValue
    if range.last.rawValue >= mapped {
      add(
        .treeBeyondSections,
        "ends beyond \(PhysicalAddress(mapped - 1)), the end of the two sections that the kernel "
          + "maps of it", bytes: ByteCount(range.last.rawValue - mapped + 1))
    }
    if search.keptDTB > 0, search.cachedMap(kernel: placement.kernel)?.contains(range) != true {
      add(
        .decompressorUncached, "lies where the decompressor, which reads it, has no cached memory")
    }
    return result
  }

  /// Says why the kernel does not map a range, and how much of it; nil when it does, or when there
  /// is no RAM, which another diagnostic reports.
  private func unmapped(_ range: PhysicalRange) -> (text: String, bytes: ByteCount)? {
    guard request.machine.memory.ram.contains(range),
      !search.view.lowmem(start: start, holds: range)
    else { return nil }
    let end = search.view.lowmemEnd(start: start)
    if range.last.rawValue >= end {
      let outside = range.last.rawValue - max(end, range.first.rawValue) + 1
      return (
        "reaches beyond lowmem, which ends at \(PhysicalAddress(end - 1))", ByteCount(outside)
      )
    }
    if range.first.rawValue < start {
      let outside = min(start, range.last.rawValue + 1) - range.first.rawValue
      return (
        "begins below \(PhysicalAddress(start)), which the kernel takes for the start of RAM",
        ByteCount(outside)
      )
    }
    if let head = search.view.unmappedHead(start: start), let shared = head.intersection(range) {
      return (
        "lies in \(head), which the kernel takes out of its map because RAM does not begin with a "
          + "whole 2 MiB", shared.count
      )
    }
    return ("lies in memory that neither the DTB nor mem= names", range.count)
  }

  /// Diagnostics about other contents in the first and last page of an initrd.
  ///
  /// The kernel reserves whole pages, and drops the initrd when one of them is reserved already.
  ///
  /// Source: Linux 6.1, init/initramfs.c `reserve_initrd_mem`.
  private func sharedPages(_ range: PhysicalRange) -> [Diagnostic] {
    let pages = range.rounded(outwardTo: .page)
    var others: [(PhysicalRange, String)] = request.machine.memory.reservations(in: pages).map {
      ($0.range, "reserved memory (\($0.why))")
    }
    let kernel = PhysicalRange(
      start: PhysicalAddress(placement.kernel), count: ByteCount(figures.inflated + figures.bss))
    if let kernel, kernel.overlaps(pages) { others.append((kernel, "the kernel")) }
    return others.filter { !$0.0.overlaps(range) }.map { other, name in
      Diagnostic(
        .pageShared, .error,
        "initrd \(range) shares a page with \(name) \(other): the kernel takes whole pages of an "
          + "initrd, and gives it up then", hint: Self.hint)
    }
  }

  // MARK: The kernel

  /// The reasons why the kernel cannot start at its place, or cannot run at its destination.
  private var kernelDefects: [Diagnostic] {
    var result: [Diagnostic] = []
    func add(_ code: DiagnosticCode, _ text: String) {
      result.append(Diagnostic(code, .error, text, hint: Self.hint))
    }
    let load = PhysicalAddress(placement.load)
    switch placement.handover {
    case .zimage:
      if placement.load & 3 != 0 {
        add(.misaligned, "the zImage does not begin at a multiple of 4, as its code must: \(load)")
      }
    case .image:
      let step = placement.needsFineAlignment ? Alignment.largeSection : search.imageStep
      if !isMadeForItsPlace, !PhysicalAddress(start).isAligned(to: step) {
        add(
          .imageMisplaced,
          "a plain Image must lie \(hexadecimal(figures.textOffset)) (its text offset) above a "
            + "multiple of \(step.byteCount.rounded), and does not at \(load)")
      }
    }
    if let zImage = request.kernel.zImage, placement.handover == .zimage {
      let own = ARMDecompression(
        figures: figures, zImage: zImage, load: placement.load, kernel: placement.kernel,
        keptDTB: search.keptDTB)
      let cached = search.cachedMap(kernel: placement.kernel)
      if cached.map({ search.runsCached(own, $0) }) != true {
        add(
          .decompressorUncached,
          "the decompressor would run at \(load), outside of the 256 MiB from "
            + "\(cached?.first ?? load) on that it maps as cached memory")
      }
    }
    guard let whole = kernelMemory, request.machineHolds([whole]) else { return result }
    if let why = unmapped(whole) {
      add(.kernelNotMapped, "the kernel would run in \(whole), which " + why.text)
    } else if !search.view.pageStructsReach(start: start) {
      add(
        .kernelNotMapped,
        "the kernel would take \(PhysicalAddress(start)) for the start of RAM, but its first memory "
          + "lies in a later block of 4 MiB, and its list of pages would be too short")
    }
    return result
  }

  /// Whether the kernel was built to run at its address, or at any address.
  private var isMadeForItsPlace: Bool {
    guard case .fixed(let address) = request.kernel.zImage?.destination.value else {
      return false
    }
    return address.rawValue == placement.kernel
  }

  private var kernelMemory: PhysicalRange? {
    PhysicalRange(
      start: PhysicalAddress(placement.kernel - figures.pageTables),
      end: PhysicalAddress(placement.kernel + figures.inflated + figures.bss))
  }
}

extension PlanRequest {
  /// Whether all ranges are unreserved RAM.
  func machineHolds(_ ranges: [PhysicalRange]) -> Bool {
    ranges.allSatisfy {
      machine.memory.ram.contains($0) && !machine.memory.reservedRanges.overlaps($0)
    }
  }
}

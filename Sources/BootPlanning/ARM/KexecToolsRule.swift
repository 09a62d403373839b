// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Places segments as kexec-tools does, to show the result.
///
/// The tool finds the lowest hole for the compressed kernel, loads it 32 KiB into it, assumes that
/// it inflates in place, and puts initrd and DTB behind the size it assumes. It respects RAM, but
/// no reservations.
///
/// Source: kexec-tools kexec/arch/arm/kexec-zImage-arm.c `zImage_arm_load` at 29898e1 (June 2026);
/// for ratio4 the same before 4db7f29 (June 2016).
struct KexecToolsRule {
  let request: PlanRequest
  let figures: ARMFigures

  init(_ request: PlanRequest, figures: ARMFigures) {
    self.request = request
    self.figures = figures
  }

  /// The decompressor's stack and heap, which the tool adds to the zImage since 2018.
  private static let scratch: UInt64 = 0x11000
  /// The place of the kernel in its hole.
  private static let textOffset: UInt64 = 0x8000

  func plan() throws(BootPlanError) -> BootPlan {
    guard let zImage = request.kernel.zImage else {
      throw .ruleNeedsZImage(request.rule)
    }
    let search = ARMPlacementSearch(request, figures: figures, keptDTB: 0)
    let size = zImage.byteCount.rawValue
    let hole = size + Self.textOffset + (request.rule == .ratio4 ? 0 : Self.scratch)
    let given = request.given.kernel.flatMap { $0.lowered(by: ByteCount(Self.textOffset)) }
    guard let base = given?.rawValue ?? lowestHole(hole, from: 0, search.page) else {
      return refused(search, "no range of RAM holds the \(ByteCount(hole)) of the zImage")
    }
    let load = base + Self.textOffset
    let first = firstFree(base: base, load: load, zImage: zImage, page: search.page)
    var next = first
    var initrd: PhysicalRange?
    if let given = request.givenInitrd {
      initrd = given
    } else if let bytes = request.initrd?.byteCount {
      guard let start = lowestHole(bytes.rawValue, from: next, search.page),
        let range = pages(start, bytes, search.page)
      else { return refused(search, "no range of RAM holds the initrd at or above \(hex(next))") }
      initrd = range
      next = start + bytes.rawValue
    }
    var parameters: PhysicalRange?
    switch request.parameters {
    case .none: break
    case _ where request.given.parameters != nil: parameters = request.givenParameters
    case .atags(let bytes, _): parameters = pages(base + 0x1000, bytes, search.page)
    case .deviceTree(let bytes, _):
      let floor = (next + search.page.mask + 1) & ~search.page.mask
      guard let start = lowestHole(bytes.rawValue, from: floor, search.page) else {
        return refused(search, "no range of RAM holds the DTB at or above \(hex(floor))")
      }
      parameters = pages(start, bytes, search.page)
    }
    let kernel =
      ARMDestination.kernels(
        of: zImage, load: load, textOffset: figures.textOffset, memory: search.treeMemory,
        keepsDTB: false
      ).first ?? load
    guard let segment = search.zImageSegment(load: load, fileBytes: zImage.byteCount),
      kernel >= figures.textOffset
    else { return refused(search, "the kernel would inflate below its page tables") }
    let own = ARMDecompression(
      figures: figures, zImage: zImage, load: load, kernel: kernel, keptDTB: 0)
    let footprint =
      BundleRule(request, figures: figures)?.footprint(load: load)
      ?? own.ranges + figures.kernelPhase(at: kernel)
    let placement = ARMPlacement(
      handover: .zimage, kernel: kernel, load: load, kernelSegment: segment, initrd: initrd,
      parameters: parameters, footprint: footprint,
      move: own.move, kernelIsUncertain: false)
    var plan = ARMPlanner.plan(search, placement)
    plan.diagnostics.append(
      Diagnostic(
        .toolReckoning, .note,
        "rule \(request.rule.rawValue): hole at \(hex(base)), zImage at \(hex(load)), first "
          + "address behind the size it reckons with \(hex(first)); the kernel really inflates "
          + "to \(hex(kernel))"))
    plan.diagnostics += PlanCheck.diagnostics(of: plan)
    return plan
  }

  /// The first address behind the kernel that the rule considers free.
  private func firstFree(base: UInt64, load: UInt64, zImage: ZImage, page: Alignment) -> UInt64 {
    let size = zImage.byteCount.rawValue
    if request.rule == .ratio4 { return base + up(4 * size, page) }
    var reckoned = request.imageBytes?.rawValue ?? 0
    if request.rule == .kexecTools, zImage.sizeTableOffset != nil {
      let inflated = request.kernel.sizeWord?.rawValue ?? figures.inflated
      reckoned = max(
        reckoned, inflated + figures.bss, inflated + size + Self.scratch)
    } else if reckoned == 0 {
      reckoned = 5 * (size + Self.scratch)
    }
    return load + up(reckoned, page)
  }

  private func up(_ bytes: UInt64, _ page: Alignment) -> UInt64 {
    (bytes + page.mask) & ~page.mask
  }

  private func hex(_ address: UInt64) -> String { PhysicalAddress(address).description }

  /// Finds room in one range of RAM, lowest first; reservations do not count.
  private func lowestHole(_ bytes: UInt64, from floor: UInt64, _ page: Alignment) -> UInt64? {
    for range in request.machine.memory.ram.intersection(.below4GiB).ranges {
      let start = up(max(range.first.rawValue, floor), page)
      if start <= range.last.rawValue, range.last.rawValue - start + 1 >= bytes { return start }
    }
    return nil
  }

  private func pages(_ start: UInt64, _ bytes: ByteCount, _ page: Alignment) -> PhysicalRange? {
    bytes.roundedUp(to: page).flatMap {
      PhysicalRange(start: PhysicalAddress(start), count: $0)
    }
  }

  private func refused(_ search: ARMPlacementSearch, _ reason: String) -> BootPlan {
    var plan = ARMPlanner.plan(search, nil, handover: .zimage)
    plan.diagnostics.append(
      Diagnostic(
        .nothingFits, .error, "nothing fits by the rule \(request.rule.rawValue): \(reason)",
        hint: "plan with --rule exact"))
    return plan
  }
}

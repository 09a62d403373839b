// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Finds the smallest machine that a request fits.
enum SmallestRAM {
  /// The step between sizes that are tried.
  static let step: UInt64 = 2 << 20

  /// Finds the smallest single bank of RAM that a plan fits. It begins where RAM begins today, and
  /// has today's reservations. A DTB that names memory below still does so.
  ///
  /// - Returns: The size in bytes, a multiple of 2 MiB; nil when even 4 GiB does not help.
  static func find(_ request: PlanRequest) -> ByteCount? {
    guard let first = request.machine.memory.ram.ranges.first?.first else { return nil }
    // More RAM never makes a fitting plan impossible, so the border can be bisected.
    var low: UInt64 = 0
    var high: UInt64 = (1 << 32) / step
    guard fits(request, first, high * step) else { return nil }
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(request, first, middle * step) { high = middle } else { low = middle }
    }
    return ByteCount(high * step)
  }

  private static func fits(_ request: PlanRequest, _ first: PhysicalAddress, _ size: UInt64)
    -> Bool
  {
    guard
      let bank = PhysicalRange(start: first, count: ByteCount(size))?
        .intersection(.below4GiB)
    else { return false }
    var smaller = request
    smaller.machine.memory.ram = RangeSet(bank)
    if case .deviceTree(let bytes, let memory) = request.parameters, !memory.isEmpty {
      // The tree, not the machine, decides where a decompressor assumes the start of RAM.
      let lowest = memory.map { $0.first }.min() ?? first
      let named = PhysicalRange(first: min(lowest, first), last: bank.last) ?? bank
      smaller.parameters = .deviceTree(bytes, memory: [named])
      smaller.decompressorMemory = nil
    }
    guard let figures = try? ARMFigures(request.kernel) else { return false }
    let keptDTB = ARMPlanner.keptDTB(request)
    let search = ARMPlacementSearch(smaller, figures: figures, keptDTB: keptDTB)
    if request.handover != .zimage, request.kernel.isInflatable,
      let found = search.image(),
      search.leavesWorkingMemory(found)
    {
      return true
    }
    if request.handover != .image, let found = search.zimage(),
      search.leavesWorkingMemory(found)
    {
      return true
    }
    return false
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The memory that a new kernel needs to come up, beyond what is loaded and cleared.
///
/// A placement that leaves the kernel no memory to work with is no plan: it would panic with
/// "Out of memory" or lose its initrd half unpacked.
enum ARMWorkingMemory {
  /// What the kernel itself takes before its first process runs: slabs, per-CPU areas, threads,
  /// page cache.
  ///
  /// Measured with QEMU `virt` and Debian 12's kernels: see docs/footprint.md, "Working memory".
  static let base: UInt64 = 6 << 20

  /// The bytes of `struct page` for every 4 KiB of RAM. Source: mm_types.h (v6.1), 32 bits: 32.
  static let bytesPerPage: UInt64 = 32

  /// The lowmem that must be left once everything is loaded, in bytes.
  ///
  /// - Parameters:
  ///   - ram: All RAM the new kernel knows, in bytes.
  ///   - initrd: What it unpacks.
  /// - Returns: Bytes.
  static func needed(ram: UInt64, initrd: PlannedInitrd?) -> UInt64 {
    let unpacked = initrd.map { ($0.unpackedBytes ?? $0.byteCount).rawValue } ?? 0
    return base + ram / 4096 * bytesPerPage + unpacked
  }
}

extension ARMPlacementSearch {
  /// The lowmem that a placement leaves the new kernel, in bytes.
  func memoryLeft(_ placement: ARMPlacement) -> UInt64 {
    let start = placement.kernel - figures.textOffset
    var left = view.lowmem(start: start).intersection(view.free)
    if let kernel = PhysicalRange(
      start: PhysicalAddress(placement.kernel), count: ByteCount(figures.inflated + figures.bss))
    {
      left.subtract(kernel)
    }
    for range in [placement.initrd, placement.parameters].compactMap({ $0 }) {
      left.subtract(range)
    }
    return left.count.rawValue
  }

  /// Tells whether the sum of all that is needed is there at all, wherever it may lie.
  var isLargeEnough: Bool {
    let companions = [request.initrd?.byteCount, request.parameters.byteCount]
    let loaded = companions.reduce(figures.inflated + figures.bss) { sum, bytes in
      sum + min(bytes?.rawValue ?? 0, 1 << 40)
    }
    let working = ARMWorkingMemory.needed(
      ram: view.known.count.rawValue, initrd: request.initrd)
    return min(view.free.count.rawValue, view.lowmemEnd(start: 0)) >= loaded + min(working, 1 << 41)
  }

  /// Tells whether the new kernel has enough memory to come up.
  func leavesWorkingMemory(_ placement: ARMPlacement) -> Bool {
    memoryLeft(placement)
      >= ARMWorkingMemory.needed(ram: view.known.count.rawValue, initrd: request.initrd)
  }
}

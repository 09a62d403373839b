// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// The memory that a new kernel needs to come up, beyond the segments and the memory it clears.
///
/// A kernel that has too little stops with "deadlocked on memory", or loses half its initrd with
/// "write error". No file states the need, so this is an estimate on the large side. It was checked
/// against Debian's kernel (always boots from 62 MiB with an initrd of 6.9 MB, estimated 64 MiB)
/// and the tiny one (from 20 MiB, estimated 32 MiB): docs/footprint.md, "Working memory". The
/// estimate chooses among placements and refuses none; only the certain need refuses.
enum ARMWorkingMemory: Hashable {
  /// The estimated need.
  case estimated
  /// The certain need: the files of the initrd, while the initrd is still in memory.
  case certain

  /// Slabs, threads and the page cache of a kernel that does nothing else.
  static let base: UInt64 = 2 << 20

  /// The bytes of `struct page` for every 4 KiB of RAM.
  ///
  /// Source: include/linux/mm_types.h (v6.1), 32 bytes on 32-bit machines.
  static let bytesPerPage: UInt64 = 32

  /// The lowmem that must be left once everything is loaded, in bytes.
  ///
  /// The initrd is unpacked into a tmpfs that takes at most half of the memory that is left
  /// (mm/shmem.c `shmem_default_max_blocks`, v6.1), so it counts twice. A decoder with a larger
  /// dictionary needs memory of its own. The contiguous area for devices and the memory of drivers
  /// grow with the kernel, so the kernel counts once more.
  ///
  /// - Parameters:
  ///   - ram: All RAM the new kernel knows, in bytes.
  ///   - figures: The kernel.
  ///   - request: Holds the unpacked size of the initrd, and the user's own figure.
  /// - Returns: The bytes.
  func needed(ram: UInt64, figures: ARMFigures, request: PlanRequest) -> UInt64 {
    if let stated = request.workingBytes { return stated.rawValue }
    if self == .certain { return min(request.initrd?.unpackedBytes?.rawValue ?? 0, 1 << 40) }
    let unpacked = request.initrd.map { ($0.unpackedBytes ?? $0.byteCount).rawValue } ?? 0
    let beside = max(unpacked, request.initrd?.decoderBytes.rawValue ?? 0)
    return Self.base + ram / 4096 * Self.bytesPerPage + figures.inflated + min(unpacked, 1 << 40)
      + min(beside, 1 << 40)
  }
}

/// Notes whether the kernel's need of memory decided a placement.
///
/// It is an object because the search is a value that does not change.
final class MemoryShortage {
  var wasFelt = false
}

extension ARMPlacementSearch {
  /// The lowmem that must be left, in bytes.
  var memoryNeeded: UInt64 {
    demand.needed(ram: view.knownBytes.rawValue, figures: figures, request: request)
  }

  /// The lowmem that a placement leaves the new kernel, in bytes.
  func memoryLeft(_ placement: ARMPlacement) -> UInt64 {
    let (ranges, window) = view.loadable(start: placement.kernel - figures.textOffset)
    guard let window else { return 0 }
    let kernel = PhysicalRange(
      start: PhysicalAddress(placement.kernel), count: ByteCount(figures.inflated + figures.bss))
    let taken = RangeSet([kernel, placement.initrd, placement.parameters].compactMap { $0 })
    return taken.intersection(window).ranges.reduce(ranges.bytes(in: window)) {
      $0 - ranges.bytes(in: $1)
    }
  }

  /// Whether the sum of all needs is there at all, wherever it may lie.
  var isLargeEnough: Bool {
    // A companion with a given place is not counted as free either.
    let companions = [
      request.given.initrd == nil ? request.initrd?.byteCount : nil,
      request.given.parameters == nil ? request.parameters.byteCount : nil,
    ]
    let loaded = companions.reduce(figures.inflated + figures.bss) { sum, bytes in
      sum + min(bytes?.rawValue ?? 0, 1 << 40)
    }
    return allows(
      min(view.freeBytes.rawValue, view.lowmemEnd(start: 0))
        >= loaded + min(memoryNeeded, 1 << 42))
  }

  /// A warning that a placement leaves less than the estimate; nil when it leaves enough.
  func shortage(_ placement: ARMPlacement) -> Diagnostic? {
    guard demand == .certain, request.workingBytes == nil else { return nil }
    let needed = ARMWorkingMemory.estimated.needed(
      ram: view.knownBytes.rawValue, figures: figures, request: request)
    return Diagnostic(
      .shortOfWorkingMemory, .warning,
      "\(ByteCount(memoryLeft(placement))) are left for the new kernel to work with; by an estimate "
        + "that errs large it needs \(ByteCount(needed))",
      hint: view.words.has(.mem)
        ? "raise mem=, or try it with kx try"
        : "try it with kx try, or use a smaller initrd")
  }

  /// Whether the new kernel has enough memory to come up.
  func leavesWorkingMemory(_ placement: ARMPlacement) -> Bool {
    allows(memoryLeft(placement) >= memoryNeeded)
  }

  /// Notes when the need of memory rules out a placement.
  private func allows(_ isEnough: Bool) -> Bool {
    if !isEnough { uncounted?.wasFelt = true }
    return isEnough
  }
}

// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry
import Handover
import PhysicalMemory

/// The memory that a bundle may use before the jump.
struct FreeMemory {
  /// What is to be mapped: RAM, and the bundle wherever it lies.
  let mapped: RangeSet
  /// Pages that nobody needs: RAM but for what is reserved, the bundle, and what cannot be mapped.
  let pool: ScatteredPool

  init(_ bundle: borrowing Bundle) {
    let manifest = bundle.manifest
    var ram = RangeSet()
    for index in 0..<manifest.ramCount {
      if let range = manifest.ram(index) { ram.insert(range) }
    }
    var free = ram
    for index in 0..<manifest.reservedCount {
      if let range = manifest.reserved(index) { free.subtract(range) }
    }
    for range in Placed.unreachable.ranges { free.subtract(range) }
    let start = PhysicalAddress(UInt64(ferry_entry.base))
    if let taken = PhysicalRange(
      start: start, count: ByteCount(UInt64(bundle.tag.bundleBytes)))
    {
      free.subtract(taken)
      ram.insert(taken)
    }
    mapped = ram
    // A loader that honours the size table keeps these pages free for us.
    let preferred = PhysicalRange(
      start: start, count: ByteCount(UInt64(bundle.tag.wrapperBytes)))
    pool = ScatteredPool(free: free, preferred: preferred)
  }
}

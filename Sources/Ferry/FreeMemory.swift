// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry
import Handover
import PhysicalMemory

/// The memory that a bundle may use before the jump.
struct FreeMemory {
  /// What is to be mapped: RAM that is not reserved, the bundle wherever it lies, the loader's tree.
  let mapped: RangeSet
  /// Pages that nobody needs: RAM but for what is reserved, the bundle, and what cannot be mapped.
  let pool: ScatteredPool

  /// No loader's tree is larger.
  private static let treeLimit: UInt64 = 2 << 20

  init(_ bundle: borrowing Bundle) {
    let manifest = bundle.manifest
    var ram = RangeSet()
    for index in 0..<manifest.ramCount {
      if let range = manifest.ram(index) { ram.insert(range) }
    }
    // What is reserved may be another's: a core that reads ahead must not find it mapped.
    var own = ram
    for index in 0..<manifest.reservedCount {
      if let range = manifest.reserved(index) { own.subtract(range) }
    }
    var free = own
    for range in Placed.unreachable.ranges { free.subtract(range) }
    let start = PhysicalAddress(UInt64(ferry_entry.base))
    if let taken = PhysicalRange(
      start: start, count: ByteCount(UInt64(bundle.tag.bundleBytes)))
    {
      free.subtract(taken)
      own.insert(taken)
    }
    // The loader's tree may well be reserved. How long it is is not known before it is read.
    if manifest.flags.contains(.treeFromLoader),
      let tree = PhysicalRange(
        start: PhysicalAddress(UInt64(ferry_entry.r2)), count: ByteCount(Self.treeLimit))
    {
      for range in ram.intersection(tree).ranges { own.insert(range) }
    }
    mapped = own
    // A loader that honours the size table keeps these pages free for us.
    let preferred = PhysicalRange(
      start: start, count: ByteCount(UInt64(bundle.tag.wrapperBytes)))
    pool = ScatteredPool(free: free, preferred: preferred)
  }
}

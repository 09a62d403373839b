// SPDX-License-Identifier: Apache-2.0
import Bundles
import CFerry
import Handover
import PhysicalMemory

/// The memory that a bundle may use before the jump.
struct FreeMemory {
  /// The memory to map: unreserved RAM, the bundle wherever it lies, and the loader's tree.
  let mapped: RangeSet
  /// The free pages: RAM except reserved memory, the bundle, and memory that cannot be mapped.
  let pool: ScatteredPool

  /// A limit above the size of any loader's tree.
  private static let treeLimit: UInt64 = 2 << 20

  init(_ bundle: borrowing Bundle) {
    let manifest = bundle.manifest
    var ram = RangeSet()
    for index in 0..<manifest.ramCount {
      if let range = manifest.ram(index) { ram.insert(range) }
    }
    // Reserved memory may have another owner: it must not be mapped, since cores read ahead.
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
    // The loader's tree may lie in reserved memory. Its length is unknown before it is read.
    if manifest.flags.contains(.treeFromLoader),
      let tree = PhysicalRange(
        start: PhysicalAddress(UInt64(ferry_entry.r2)), count: ByteCount(Self.treeLimit))
    {
      for range in ram.intersection(tree).ranges { own.insert(range) }
    }
    mapped = own
    // A loader that respects the size table keeps these pages free.
    let preferred = PhysicalRange(
      start: start, count: ByteCount(UInt64(bundle.tag.wrapperBytes)))
    pool = ScatteredPool(free: free, preferred: preferred)
  }
}

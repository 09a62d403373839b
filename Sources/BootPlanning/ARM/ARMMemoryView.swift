// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The memory of a machine as the new kernel and its loader may use it.
struct ARMMemoryView {
  /// RAM that can be loaded to: below 4 GiB and not reserved.
  let free: RangeSet
  /// RAM that the new kernel will know: of the machine and of the device tree.
  let known: RangeSet
  /// The size limit that `mem=` on the command line sets.
  let limit: UInt64?
  let commandLine: String
  let pageOffset: UInt64
  init(_ request: PlanRequest, figures: ARMFigures) {
    let addressable = request.machine.memory.ram.intersection(.below4GiB)
    var free = addressable
    for entry in request.machine.memory.reserved { free.subtract(entry.range) }
    // A segment that ends with the address space is refused by the kernel.
    // Source: kernel/kexec_core.c `sanity_check_segment_list` (v6.1).
    if let page = PhysicalRange(
      start: PhysicalAddress(0xffff_f000), count: ByteCount(UInt64(0x1000)))
    {
      free.subtract(page)
    }
    self.free = free
    if case .deviceTree(_, let memory) = request.parameters, !memory.isEmpty {
      known = addressable.intersection(RangeSet(memory))
    } else {
      known = addressable
    }
    commandLine = request.commandLine
    pageOffset = figures.pageOffset
    limit = CommandLineWords(commandLine).size("mem")
  }

  /// The end of what the new kernel maps linearly (exclusive): initrd and DTB must lie below.
  ///
  /// Source: arch/arm/mm/mmu.c `adjust_lowmem_bounds`, `early_vmalloc` (v6.1). VMALLOC_END is
  /// 0xff000000 in older kernels and 0xff800000 in newer ones; the lower one holds for both.
  func lowmemEnd(start: UInt64) -> UInt64 {
    let vmallocEnd: UInt64 = 0xff00_0000
    let gap: UInt64 = 0x0080_0000
    let virtual = min(max(pageOffset, 0x4000_0000), 0xc000_0000)
    let asked = CommandLineWords(commandLine).size("vmalloc") ?? 240 << 20
    let vmalloc = min(max(asked, 16 << 20), vmallocEnd - virtual - (32 << 20))
    return start + vmallocEnd - vmalloc - gap - virtual
  }

  /// The head of the first block of RAM when that does not begin with a whole 2 MiB section: the
  /// kernel takes it out of its map.
  ///
  /// Source: arch/arm/mm/mmu.c `adjust_lowmem_bounds`, "first usable region must be PMD aligned"
  /// (v6.1).
  func unmappedHead(start: UInt64) -> PhysicalRange? {
    guard
      let above = PhysicalRange(
        first: PhysicalAddress(start), last: PhysicalRange.below4GiB.last),
      let first = known.intersection(above).ranges.first?.first,
      let aligned = first.roundedUp(to: .largeSection)
    else { return nil }
    return PhysicalRange(start: first, end: aligned)
  }

  /// The RAM that an initrd or a DTB may lie in.
  ///
  /// The new kernel drops what lies below its own start.
  ///
  /// - Parameter start: PHYS_OFFSET, the physical address of the new kernel's PAGE_OFFSET.
  /// - Returns: RAM that the kernel knows and maps linearly, reserved or not.
  func lowmem(start: UInt64) -> RangeSet {
    guard
      let window = PhysicalRange(
        start: PhysicalAddress(start), end: PhysicalAddress(lowmemEnd(start: start)))
    else { return RangeSet() }
    var usable = known.intersection(window)
    if let head = unmappedHead(start: start) { usable.subtract(head) }
    if let limit,
      let kept = PhysicalRange(
        start: PhysicalAddress(start), count: ByteCount(limit))
    {
      usable = usable.intersection(kept)
    }
    return usable
  }
}

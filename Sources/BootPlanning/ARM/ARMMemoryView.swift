// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The memory of a machine as the new kernel and its loader may use it.
struct ARMMemoryView {
  /// RAM that can be loaded to: below 4 GiB and not reserved.
  let free: RangeSet
  /// RAM that the new kernel will know: of the machine and of the device tree.
  let known: RangeSet
  /// RAM of the machine below 4 GiB.
  private let addressable: RangeSet
  /// The memory that the new kernel is told of, be it RAM or not, in whole pages.
  private let told: RangeSet
  /// The memory that `mem=` names instead; nil without one.
  private let limits: [(size: UInt64, start: UInt64?)]?
  /// The bytes from the start of RAM to the end of what is mapped linearly.
  private let lowmemBytes: UInt64

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
      told = RangeSet(memory.compactMap { $0.rounded(inwardTo: .page) })
    } else {
      told = addressable
    }
    self.addressable = addressable
    known = addressable.intersection(told)
    let words = CommandLineWords(request.commandLine)
    limits = words.memory
    lowmemBytes = Self.lowmemBytes(pageOffset: figures.pageOffset, vmalloc: words.size("vmalloc"))
  }

  /// The end of what the new kernel maps linearly (exclusive): initrd and DTB must lie below.
  ///
  /// Source: arch/arm/mm/mmu.c `adjust_lowmem_bounds`, `early_vmalloc` (v6.1). VMALLOC_END is
  /// 0xff000000 in older kernels and 0xff800000 in newer ones; the lower one holds for both.
  func lowmemEnd(start: UInt64) -> UInt64 { start + lowmemBytes }

  private static func lowmemBytes(pageOffset: UInt64, vmalloc: UInt64?) -> UInt64 {
    let vmallocEnd: UInt64 = 0xff00_0000
    let gap: UInt64 = 0x0080_0000
    let virtual = min(max(pageOffset, 0x4000_0000), 0xc000_0000)
    let reserve = min(max(vmalloc ?? 240 << 20, 16 << 20), vmallocEnd - virtual - (32 << 20))
    return vmallocEnd - reserve - gap - virtual
  }

  /// The memory that the new kernel believes to have, be it RAM or not.
  ///
  /// It drops what lies below its own start. Lowmem is all that matters here, so nothing above
  /// 4 GiB is given.
  ///
  /// - Parameter start: PHYS_OFFSET, the physical address of the new kernel's PAGE_OFFSET.
  /// - Returns: Whole pages from the start on.
  ///
  /// Source: drivers/of/fdt.c `early_init_dt_add_memory_arch`, arch/arm/kernel/setup.c `early_mem`
  /// (v6.1).
  private func believed(start: UInt64) -> RangeSet {
    guard
      let above = PhysicalRange(
        first: PhysicalAddress(start), last: PhysicalRange.below4GiB.last)
    else { return RangeSet() }
    return named(start: start).intersection(above)
  }

  /// The memory below 4 GiB that the new kernel is told of, by `mem=` or else by the tree.
  private func named(start: UInt64) -> RangeSet {
    guard let limits else { return told.intersection(.below4GiB) }
    var named = RangeSet()
    for limit in limits {
      let range = PhysicalRange(
        start: PhysicalAddress(limit.start ?? start), count: ByteCount(limit.size))
      if let whole = range?.rounded(inwardTo: .page) { named.insert(whole) }
    }
    return named.intersection(.below4GiB)
  }

  /// The memory that the new kernel is told of and drops, since it lies below its own start.
  ///
  /// - Parameter start: PHYS_OFFSET, the physical address of the new kernel's PAGE_OFFSET.
  /// - Returns: Whole pages below the start, be they RAM or not.
  ///
  /// Source: drivers/of/fdt.c `early_init_dt_add_memory_arch`, "Ignoring memory range" (v6.1).
  func dropped(start: UInt64) -> RangeSet {
    named(start: start).subtracting(believed(start: start))
  }

  /// RAM of the machine that the new kernel is told of and drops.
  func lost(start: UInt64) -> RangeSet { dropped(start: start).intersection(addressable) }

  /// The head of the first block of RAM when that does not begin with a whole 2 MiB section: the
  /// kernel takes it out of its map.
  ///
  /// Source: arch/arm/mm/mmu.c `adjust_lowmem_bounds`, "first usable region must be PMD aligned"
  /// (v6.1).
  func unmappedHead(start: UInt64) -> PhysicalRange? {
    Self.unmappedHead(believed(start: start))
  }

  /// Tells whether the new kernel's page structs reach down to its start of RAM.
  ///
  /// They begin with the block of the largest page order (4 MiB) that holds the first page of
  /// memory, but are counted from PHYS_OFFSET: were that lower, the last would lie behind the array.
  ///
  /// Source: mm/page_alloc.c `alloc_node_mem_map`, include/asm-generic/memory_model.h
  /// `__pfn_to_page` (v6.1, FLATMEM as Debian's kernels have it).
  func pageStructsReach(start: UInt64) -> Bool {
    guard let first = believed(start: start).ranges.first?.first else { return false }
    return first.roundedDown(to: Alignment(shift: 22)).rawValue <= start
  }

  private static func unmappedHead(_ memory: RangeSet) -> PhysicalRange? {
    guard let first = memory.ranges.first?.first,
      let aligned = first.roundedUp(to: .largeSection)
    else { return nil }
    return PhysicalRange(start: first, end: aligned)
  }

  /// The RAM that the kernel itself, an initrd or a DTB may lie in.
  ///
  /// - Parameter start: PHYS_OFFSET, the physical address of the new kernel's PAGE_OFFSET.
  /// - Returns: RAM that the kernel knows and maps linearly, reserved or not.
  func lowmem(start: UInt64) -> RangeSet {
    guard
      let window = PhysicalRange(
        start: PhysicalAddress(start), end: PhysicalAddress(lowmemEnd(start: start)))
    else { return RangeSet() }
    let memory = believed(start: start)
    var usable = memory.intersection(window).intersection(addressable)
    if let head = Self.unmappedHead(memory) { usable.subtract(head) }
    return usable
  }
}

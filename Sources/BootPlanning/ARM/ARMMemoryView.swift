// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The memory of a machine as the new kernel and its loader may use it.
struct ARMMemoryView {
  /// RAM that can be loaded to: below 4 GiB and not reserved.
  let free: RangeSet
  /// RAM that the new kernel will know: of the machine and of the device tree.
  let known: RangeSet
  /// The bytes of ``free``.
  let freeBytes: ByteCount
  /// The bytes of RAM that the new kernel has, of which `mem=` may leave less than ``known``.
  let knownBytes: ByteCount
  /// The words of the command line that say how much memory there is, and what of it is whose.
  let words: CommandLineWords
  /// RAM of the machine below 4 GiB.
  private let addressable: RangeSet
  /// The memory below 4 GiB that the new kernel is told of wherever it starts, be it RAM or not, in
  /// whole pages: by the tree, or else by every `mem=SIZE@START`.
  private let told: RangeSet
  /// The largest size of a `mem=SIZE`, which counts from the start of RAM; nil without one.
  private let relativeLimit: UInt64?
  /// What ``loadable(start:)`` counts in when that does not depend on the start.
  let commonLoadable: CountedRanges?
  /// The bytes from the start of RAM to the end of what is mapped linearly.
  private let lowmemBytes: UInt64

  init(_ request: PlanRequest, figures: ARMFigures) {
    let addressable = request.machine.memory.ram.intersection(.below4GiB)
    var free = addressable.subtracting(request.machine.memory.reservedRanges)
    // A segment that ends with the address space is refused by the kernel.
    // Source: kernel/kexec_core.c `sanity_check_segment_list` (v6.1).
    if let page = PhysicalRange(
      start: PhysicalAddress(0xffff_f000), count: ByteCount(UInt64(0x1000)))
    {
      free.subtract(page)
    }
    // What somebody else put somewhere is in nobody's way but there.
    if !request.given.isEmpty { free = free.subtracting(request.givenCompanions) }
    self.free = free
    freeBytes = free.count
    var told = addressable
    if case .deviceTree(_, let memory) = request.parameters, !memory.isEmpty {
      told = RangeSet(memory.compactMap { $0.rounded(inwardTo: .page) })
    }
    self.addressable = addressable
    known = addressable.intersection(told)
    var knownBytes = known.count
    words = CommandLineWords(request.commandLine)
    var relativeLimit: UInt64?
    if let limits = words.memory {
      var fixed: [PhysicalRange] = []
      for limit in limits {
        guard let start = limit.start else {
          relativeLimit = max(relativeLimit ?? 0, limit.size)
          continue
        }
        let range = PhysicalRange(start: PhysicalAddress(start), count: ByteCount(limit.size))
        if let whole = range?.rounded(inwardTo: .page) { fixed.append(whole) }
      }
      told = RangeSet(fixed)
      knownBytes = told.intersection(addressable).count
      if let relativeLimit {
        knownBytes = min(addressable.count, knownBytes.adding(ByteCount(relativeLimit)) ?? .zero)
      }
    }
    self.knownBytes = knownBytes
    self.told = told.intersection(.below4GiB)
    self.relativeLimit = relativeLimit
    commonLoadable =
      relativeLimit == nil
      ? CountedRanges(free.intersection(self.told))
      : self.told.isEmpty ? CountedRanges(free) : nil
    lowmemBytes = Self.lowmemBytes(pageOffset: figures.pageOffset, vmalloc: words.size(.vmalloc))
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
  func believed(start: UInt64) -> RangeSet {
    guard
      let above = PhysicalRange(
        first: PhysicalAddress(start), last: PhysicalRange.below4GiB.last)
    else { return RangeSet() }
    return named(start: start).intersection(above)
  }

  /// The memory below 4 GiB that the new kernel is told of, by `mem=` or else by the tree.
  func named(start: UInt64) -> RangeSet {
    guard let relative = relativelyNamed(start: start) else { return told }
    var named = told
    named.insert(relative)
    return named
  }

  /// The memory below 4 GiB that `mem=SIZE` names; nil when there is none.
  private func relativelyNamed(start: UInt64) -> PhysicalRange? {
    relativeLimit.flatMap {
      PhysicalRange(start: PhysicalAddress(start), count: ByteCount($0))?
        .rounded(inwardTo: .page)?.intersection(.below4GiB)
    }
  }

  /// The lowest byte of ``believed(start:)``.
  private func lowestBelieved(start: UInt64) -> PhysicalAddress? {
    let named = named(start: start)
    let start = PhysicalAddress(start)
    let index = named.index(reaching: start)
    guard index < named.ranges.count else { return nil }
    return max(named.ranges[index].first, start)
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
    guard let first = lowestBelieved(start: start),
      let aligned = first.roundedUp(to: .largeSection)
    else { return nil }
    return PhysicalRange(start: first, end: aligned)
  }

  /// Whether the new kernel's page structs reach down to its start of RAM.
  ///
  /// They begin with the block of the largest page order (4 MiB) that holds the first page of
  /// memory, but are counted from PHYS_OFFSET: were that lower, the last would lie behind the array.
  ///
  /// Source: mm/page_alloc.c `alloc_node_mem_map`, include/asm-generic/memory_model.h
  /// `__pfn_to_page` (v6.1, FLATMEM as Debian's kernels have it).
  func pageStructsReach(start: UInt64) -> Bool {
    guard let first = lowestBelieved(start: start) else { return false }
    return first.roundedDown(to: Alignment(shift: 22)).rawValue <= start
  }

  /// Whether the kernel itself, an initrd or a DTB may lie in a range: in RAM, reserved or
  /// not, that the kernel knows and maps linearly.
  ///
  /// `start` is PHYS_OFFSET, the physical address of the new kernel's PAGE_OFFSET.
  func lowmem(start: UInt64, holds range: PhysicalRange) -> Bool {
    guard let window = lowmemWindow(start: start), window.contains(range) else { return false }
    return addressable.contains(range) && named(start: start).contains(range)
  }

  /// The addresses that the kernel maps linearly, be they RAM or not.
  private func lowmemWindow(start: UInt64) -> PhysicalRange? {
    let first = unmappedHead(start: start)?.end ?? PhysicalAddress(start)
    return PhysicalRange(start: first, end: PhysicalAddress(lowmemEnd(start: start)))
  }

  /// The free RAM that an initrd or a DTB may lie in: the part of a set that lies in a window.
  ///
  /// - Parameter start: PHYS_OFFSET, the physical address of the new kernel's PAGE_OFFSET.
  /// - Returns: A set that is the same for all starts but with `mem=`, and the window, which is nil
  ///   when nothing may lie anywhere.
  func loadable(start: UInt64) -> (ranges: CountedRanges, window: PhysicalRange?) {
    let window = lowmemWindow(start: start)
    guard let commonLoadable else {
      return (CountedRanges(free.intersection(named(start: start))), window)
    }
    guard relativeLimit != nil else { return (commonLoadable, window) }
    let named = relativelyNamed(start: start)
    return (commonLoadable, named.flatMap { window?.intersection($0) })
  }
}

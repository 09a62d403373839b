// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The memory of a machine as the new kernel and its loader may use it.
struct ARMMemoryView {
  /// RAM that can be loaded to: below 4 GiB and not reserved.
  let free: RangeSet
  /// RAM that the new kernel will know: RAM of the machine that the device tree names.
  let known: RangeSet
  let freeBytes: ByteCount
  /// The bytes of RAM that the new kernel uses; with `mem=` they may be fewer than those of
  /// ``known``.
  let knownBytes: ByteCount
  /// The words of the command line that limit or assign memory.
  let words: CommandLineWords
  /// RAM of the machine below 4 GiB.
  private let addressable: RangeSet
  /// The memory below 4 GiB that the tree names, or else every `mem=SIZE@START`, in whole pages.
  /// The new kernel learns of it wherever it starts. It need not be RAM.
  private let told: RangeSet
  /// The largest size of a `mem=SIZE`, which counts from the start of RAM; nil without one.
  private let relativeLimit: UInt64?
  /// The set that ``loadable(start:)`` counts in, when it does not depend on the start.
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
    // A companion with a given place blocks only that place.
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

  /// The end of the linear mapping of the new kernel (exclusive): initrd and DTB must lie below.
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

  /// The memory that the new kernel believes it has, be it RAM or not.
  ///
  /// The kernel drops memory below its own start. Only lowmem matters here, so nothing above 4 GiB
  /// is included.
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

  /// The memory below 4 GiB that `mem=` names, or else the tree.
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

  /// The memory that is named to the new kernel and that it drops, since it lies below its start.
  ///
  /// - Parameter start: PHYS_OFFSET, the physical address of the new kernel's PAGE_OFFSET.
  /// - Returns: Whole pages below the start, be they RAM or not.
  ///
  /// Source: drivers/of/fdt.c `early_init_dt_add_memory_arch`, "Ignoring memory range" (v6.1).
  func dropped(start: UInt64) -> RangeSet {
    named(start: start).subtracting(believed(start: start))
  }

  /// RAM of the machine that is named to the new kernel and that it drops.
  func lost(start: UInt64) -> RangeSet { dropped(start: start).intersection(addressable) }

  /// The head of the first block of RAM when that does not begin with a whole 2 MiB section: the
  /// kernel removes it from its map.
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
  /// memory, but the kernel counts them from PHYS_OFFSET. If PHYS_OFFSET were lower, the last page
  /// struct would lie behind the array.
  ///
  /// Source: mm/page_alloc.c `alloc_node_mem_map`, include/asm-generic/memory_model.h
  /// `__pfn_to_page` (v6.1, FLATMEM as Debian's kernels have it).
  func pageStructsReach(start: UInt64) -> Bool {
    guard let first = lowestBelieved(start: start) else { return false }
    return first.roundedDown(to: Alignment(shift: 22)).rawValue <= start
  }

  /// Whether the kernel itself, an initrd or a DTB may lie in a range. It must be RAM, reserved or
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
  /// - Returns: A set, which depends on the start only with `mem=`, and the window, which is nil
  ///   when no place is allowed.
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

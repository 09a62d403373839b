// SPDX-License-Identifier: Apache-2.0

/// Runs the first instructions of the kernel over a byte map and looks at what it finds when it
/// reaches `start_kernel`, as zimage.md section 5 states it.
struct KernelEntrySimulation {
  let kernel: TrueKernel
  let handover: TrueHandover
  /// K.
  let final: UInt64
  var memory: SimulatedMemory

  /// Writes the page tables and clears the BSS.
  mutating func enter(image: Owner) throws(Hang) {
    let output = Bytes(final, final + kernel.inflated)
    guard final >= kernel.textOffset, (final - kernel.textOffset) % (2 << 20) == 0 else {
      throw .unusable(image, "is not 2 MiB aligned + TEXT_OFFSET", output)
    }
    // The page structs begin with the 4 MiB block of the first page of memory, and are counted from
    // PHYS_OFFSET: were that lower, the last of them would lie behind their array.
    // Source: mm/page_alloc.c alloc_node_mem_map, asm-generic/memory_model.h (v6.1, FLATMEM).
    if let first = believedMemory().first?.low,
      roundDown(first, 4 << 20) > final - kernel.textOffset
    {
      throw .unusable(image, "begins below the page structs", output)
    }
    try memory.require(image, output)
    let tables = Bytes(final - (kernel.isLPAE ? 0x5000 : 0x4000), final)
    let bss = Bytes(output.high, output.high + kernel.bss)
    try memory.write(.kernelTables, tables)
    try memory.write(.kernelBSS, bss)
    try memory.require(image, output)
    try use(image, Bytes(tables.low, bss.high), usableMemory())
  }

  /// Looks at what r2 points to.
  func readParameters(_ bytes: Bytes, isDeviceTree: Bool) throws(Hang) {
    try memory.require(.parameters, bytes)
    try use(.parameters, bytes, usableMemory())
    guard bytes.low % (isDeviceTree ? 8 : 4) == 0 else {
      throw .unusable(.parameters, "is not aligned", bytes)
    }
    let section: UInt64 = kernel.isLPAE ? 2 << 20 : 1 << 20
    guard bytes.low % section + bytes.count <= 2 * section else {
      throw .unusable(.parameters, "reaches beyond two sections", bytes)
    }
  }

  /// Looks at the initrd; the kernel reserves whole pages of it.
  func readInitrd(_ bytes: Bytes) throws(Hang) {
    try memory.require(.initrd, bytes)
    try use(
      .initrd, Bytes(roundDown(bytes.low, 4096), roundUp(bytes.high, 4096)), usableMemory())
  }

  private func use(_ owner: Owner, _ bytes: Bytes, _ usable: [Bytes]) throws(Hang) {
    for region in usable where region.holds(bytes) {
      for entry in memory.reserved where entry.meets(bytes) { throw .reserved(owner, bytes) }
      return
    }
    throw .unusable(owner, "is not inside one region of lowmem", bytes)
  }

  /// The memory that the new kernel believes to have below 4 GiB.
  private func believedMemory() -> [Bytes] {
    guard final >= kernel.textOffset else { return [] }
    let start = final - kernel.textOffset
    var known: [Bytes]
    switch handover.parameters {
    case .deviceTree(let nodes): known = nodes
    case .atags, .none: known = memory.ram
    }
    if !handover.mem.isEmpty {
      known = handover.mem.map { Bytes($0.start ?? start, ($0.start ?? start) + $0.size) }
    }
    // Whole pages; nothing below PHYS_OFFSET; no 64-bit addresses in lowmem.
    return Bytes.joined(
      known.map {
        Bytes(
          max(roundUp($0.low, 4096), start), min(roundDown($0.high, 4096), 1 << 32))
      })
  }

  /// The RAM that the new kernel knows and maps: lowmem.
  func usableMemory() -> [Bytes] {
    var regions = believedMemory()
    if let first = regions.first, first.low % (2 << 20) != 0 {
      regions[0].low = roundUp(first.low, 2 << 20)
    }
    let limit = final - min(final, kernel.textOffset) + lowmem
    regions = regions.map { Bytes($0.low, min($0.high, limit)) }.filter { !$0.isEmpty }
    return Bytes.shared(regions, memory.ram)
  }

  /// The bytes of lowmem above PHYS_OFFSET, by the stricter of the layouts in use. `vmalloc=` sets
  /// the reserve in either direction.
  private var lowmem: UInt64 {
    let vmalloc = max(handover.vmalloc ?? 240 << 20, 16 << 20)
    let room = 0xff00_0000 - kernel.pageOffset
    return room - min(vmalloc, room - (32 << 20)) - (8 << 20)
  }
}

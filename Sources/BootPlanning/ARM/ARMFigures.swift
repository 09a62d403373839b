// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// The figures of a kernel as plain numbers, all below 2^32.
struct ARMFigures: Hashable {
  /// I, the size of the inflated kernel (docs/footprint.md).
  let inflated: UInt64
  /// The kernel's BSS.
  let bss: UInt64
  /// T, the text offset (docs/footprint.md).
  let textOffset: UInt64
  let isLPAE: Bool?
  let pageOffset: UInt64

  init(_ kernel: ARMKernel) throws(BootPlanError) {
    func bounded(_ name: String, _ value: UInt64) throws(BootPlanError) -> UInt64 {
      guard value < 1 << 31 else { throw .figure(name, value) }
      return value
    }
    inflated = try bounded("inflated size", kernel.inflatedBytes.value.rawValue)
    bss = try bounded("BSS", kernel.bssBytes.value.rawValue)
    textOffset = try bounded("text offset", kernel.textOffset.value.rawValue)
    isLPAE = kernel.isLPAE?.value
    pageOffset = kernel.pageOffset.value
    guard inflated > 0 else { throw .figure("inflated size", inflated) }
    // The page tables lie below the kernel, so it cannot start lower than they are long.
    guard textOffset & 0xffff == 0x8000 else { throw .figure("text offset", textOffset) }
    guard let zImage = kernel.zImage else { return }
    _ = try bounded("zImage size", zImage.byteCount.rawValue)
    _ = try bounded("decompressor BSS", zImage.bssBytes.value.rawValue)
    _ = try bounded("decompressor heap", zImage.heapBytes.value.rawValue)
    _ = try bounded("relocation bump", zImage.relocationBump.value.rawValue)
    guard zImage.byteCount.rawValue > 0, zImage.payloadEnd <= zImage.byteCount,
      zImage.movedFrom.value < zImage.byteCount
    else { throw .figure("zImage size", zImage.byteCount.rawValue) }
  }

  /// The bytes below the kernel that hold its first page tables.
  ///
  /// Source: arch/arm/kernel/head.S `PG_DIR_SIZE` (v6.1): 0x4000, with LPAE 0x5000.
  var pageTables: UInt64 { isLPAE == false ? 0x4000 : 0x5000 }

  /// The alignment of the section a DTB is mapped with.
  ///
  /// Source: arch/arm/kernel/head.S, "map two sections" (v6.1). A place that suits 1 MiB sections
  /// also suits larger ones, so an unknown kernel counts as one without LPAE.
  var section: Alignment { isLPAE == true ? .largeSection : .section }

  /// The ranges that the inflated kernel writes before `start_kernel`.
  func kernelPhase(at kernel: UInt64) -> [FootprintRange] {
    var result: [FootprintRange] = []
    if let tables = PhysicalRange(
      start: PhysicalAddress(kernel - pageTables), end: PhysicalAddress(kernel))
    {
      result.append(FootprintRange(.kernelPageTables, phase: .kernel, range: tables))
    }
    if let cleared = PhysicalRange(
      start: PhysicalAddress(kernel + inflated), count: ByteCount(bss))
    {
      result.append(FootprintRange(.kernelBSS, phase: .kernel, range: cleared))
    }
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Everything that a zImage's decompressor writes, from the jump to the first instruction of the
/// inflated kernel.
///
/// The decompressor (arch/arm/boot/compressed/head.S, v6.1) needs nothing but the registers.
/// It finds its destination K, turns the caches on with a page table below K, and inflates to K.
/// When that would overwrite the code it still has to run, it first moves itself behind the
/// inflated kernel. A figure that could not be read from the image is bounded from above here.
///
/// All sizes and addresses are below 2^32 (``ARMFigures`` checks it), so sums stay far from 2^64.
struct ARMDecompression {
  /// Whether the decompressor moves itself.
  enum Move: Hashable {
    case never, perhaps, always
  }

  let figures: ARMFigures
  let zImage: ZImage
  /// L, the load address of the zImage (docs/footprint.md).
  let load: UInt64
  /// K, the address that the kernel is inflated to (docs/footprint.md).
  let kernel: UInt64
  /// An appended DTB that stays behind the zImage, in bytes; 0 without one.
  let keptDTB: UInt64

  /// The decompressor's stack. Source: head.S, `.space 4096` of `.L_user_stack`.
  static let stackBytes: UInt64 = 0x1000
  /// The decompressor's page table. Source: head.S `__setup_mmu`, `sub r3, r4, #16384`.
  static let pageTableBytes: UInt64 = 0x4000

  /// The room for ATAGs to be merged into an appended DTB.
  ///
  /// Source: head.S, "clamp(1.5 × size, 32 KiB, 1 MiB)".
  var workBytes: UInt64 {
    guard keptDTB > 0, zImage.mergesATAGs?.value != false else { return 0 }
    let half = (keptDTB + keptDTB / 2 + 7) & ~7
    return min(max(half, 0x8000), 0x10_0000)
  }

  /// The heap of every known decompressor. Source: arch/arm/boot/compressed/Makefile (v6.1),
  /// `MALLOC_SIZE`.
  private static let usualHeapBytes: UInt64 = 0x10000

  private var imageBytes: UInt64 { zImage.byteCount.rawValue }
  private var bssBytes: UInt64 { zImage.bssBytes.value.rawValue }
  private var heapBytes: UInt64 { zImage.heapBytes.value.rawValue }
  /// The lower bound of the heap: a larger heap that nothing confirms is only an upper bound.
  var lowestHeapBytes: UInt64 {
    zImage.heapBytes.source == .estimate ? min(heapBytes, Self.usualHeapBytes) : heapBytes
  }
  private var bump: UInt64 { zImage.relocationBump.value.rawValue }
  private var bumpIsKnown: Bool { zImage.relocationBump.source != .estimate }
  private var appended: UInt64 { (keptDTB + 7) & ~7 }

  /// The end of the decompressor's stack when it runs from L (exclusive).
  var stackEnd: UInt64 {
    let bss = (load + imageBytes + appended + workBytes + 7) & ~7
    return ((bss + bssBytes + 7) & ~7) + Self.stackBytes
  }

  /// The lower bound of the stack's end, when only bounds of the decompressor's BSS are known.
  var lowestStackEnd: UInt64 {
    stackEnd - (zImage.bssBytes.source == .estimate ? min(bssBytes + 7, stackEnd) : 0)
  }

  /// I (docs/footprint.md), enlarged by the room that keeps an appended DTB clear of the kernel's
  /// BSS.
  ///
  /// Source: head.S, the block behind `dtb_check_done` that adjusts the image size.
  var inflatedBytes: UInt64 {
    guard keptDTB > 0 else { return figures.inflated }
    let distance = imageBytes - min(imageBytes, zImage.wontOverwriteHighest.rawValue)
    return figures.inflated + (figures.bss > distance ? figures.bss - distance : 0)
  }

  /// Whether the decompressor moves itself.
  ///
  /// Source: head.S, the two compares before `bhs wont_overwrite` and `bls wont_overwrite`. Bit 0
  /// of K is set when the caches are still off, hence the 1.
  var move: Move {
    let imageEnd = stackEnd + heapBytes
    if kernel >= imageEnd + 0x4000 { return .never }
    let needed = kernel + inflatedBytes
    let lowest = load + zImage.wontOverwriteLowest.rawValue
    let highest = load + zImage.wontOverwriteHighest.rawValue
    if needed + 1 <= lowest { return .never }
    let reaches = kernel < lowestStackEnd + lowestHeapBytes + 0x4000
    return reaches && needed > highest ? .always : .perhaps
  }

  /// Where a moved decompressor starts, and how many bytes are copied there.
  ///
  /// Source: head.S, `add r10, r10, #((reloc_code_end - restart + 256) & ~255)` and the copy loop
  /// of 32 bytes a turn below it.
  private var copy: (first: UInt64, lowest: UInt64, count: UInt64) {
    let top = kernel + inflatedBytes
    let lowest = bumpIsKnown ? (top + bump) & ~255 : top & ~255
    let first = (top + bump) & ~255
    let from = (load + zImage.movedFrom.value.rawValue) & ~31
    let count = (load + imageBytes + appended - from + 31) & ~31
    return (first, lowest, count)
  }

  /// Every range that is written, in order of time.
  var ranges: [FootprintRange] {
    var result: [FootprintRange] = []
    func add(_ part: FootprintPart, _ start: UInt64, _ end: UInt64) {
      guard
        let range = PhysicalRange(start: PhysicalAddress(start), end: PhysicalAddress(end))
      else { return }
      result.append(FootprintRange(part, phase: .decompress, range: range))
    }
    let edata = load + imageBytes
    let work = edata + workBytes + appended
    let bssEnd = stackEnd - Self.stackBytes
    add(.decompressorPageTable, kernel - Self.pageTableBytes, kernel)
    add(.payloadTail, load + zImage.payloadEnd.rawValue, edata)
    if keptDTB > 0 { add(.appendedTree, edata, work) }
    add(.decompressorBSS, work, bssEnd)
    add(.decompressorStack, bssEnd, stackEnd)
    if move != .always { add(.decompressorHeap, stackEnd, stackEnd + heapBytes) }
    if move != .never {
      let copy = copy
      let from = (load + zImage.movedFrom.value.rawValue) & ~31
      // With labels of which only bounds are known, "perhaps" also covers a move downward.
      let delta = copy.first &- from
      add(.movedZImage, copy.lowest, copy.first + copy.count)
      add(.movedBSS, work &+ delta, bssEnd &+ delta)
      add(.movedStack, bssEnd &+ delta, stackEnd &+ delta)
      add(.movedHeap, stackEnd &+ delta, stackEnd &+ delta + heapBytes)
    }
    add(.inflatedKernel, kernel, kernel + figures.inflated)
    return result
  }
}

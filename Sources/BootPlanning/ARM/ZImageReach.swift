// SPDX-License-Identifier: Apache-2.0
public import KernelImages
public import PhysicalMemory

/// How far a zImage reaches: the number of bytes from its load address on that are written, or
/// still needed, until `start_kernel`, wherever it is loaded.
public enum ZImageReach {
  /// Computes the reach.
  ///
  /// K lies in the 128 MiB window of L (docs/footprint.md), at T above the window's start, or above
  /// the start of RAM where the decompressor reads that from the device tree. That start is a
  /// multiple of 2 MiB and at most 2 MiB above L. So K − L is anything from T + 2 MiB down to T −
  /// 128 MiB. The model of the decompressor that plans are made with is run for every page of that
  /// span, and the farthest end of any range is taken.
  ///
  /// A kernel with a fixed address counts as one that does not read it: it lies at T above its RAM.
  ///
  /// - Parameters:
  ///   - kernel: The facts about the zImage.
  ///   - keptDTB: The bytes of the device tree that stands right behind it; 0 without one.
  /// - Returns: The bytes from L on, in whole pages.
  /// - Throws: ``BootPlanError`` when a figure is impossible.
  public static func bytes(
    of kernel: ARMKernel, keptDTB: ByteCount
  ) throws(BootPlanError) -> ByteCount {
    guard let zImage = kernel.zImage else { throw .noZImage }
    let figures = try ARMFigures(kernel)
    var asks = zImage.checksDTBMemory?.value ?? true
    if case .fixed = zImage.destination.value { asks = false }
    let step: UInt64 = 0x1000
    // Far enough from 0 for page tables below K, and from 2^32.
    let load: UInt64 = 0x2000_0000
    let highest = load + figures.textOffset + (asks ? Alignment.largeSection.mask + 1 : 0)
    let lowest = load + figures.textOffset - ARMDestination.window
    var end = load + zImage.byteCount.rawValue
    var place = lowest
    while place <= highest {
      let own = ARMDecompression(
        figures: figures, zImage: zImage, load: load, kernel: place, keptDTB: keptDTB.rawValue)
      for range in own.ranges + figures.kernelPhase(at: place) {
        end = max(end, range.range.last.rawValue + 1)
      }
      place += step
    }
    return ByteCount((end - load + step - 1) & ~(step - 1))
  }
}

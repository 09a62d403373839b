// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// The rules by which a zImage's decompressor chooses the place of the kernel.
enum ARMDestination {
  /// The window in which a zImage looks for the start of RAM.
  ///
  /// Source: arch/arm/boot/compressed/head.S (v6.1), `and r0, r0, #0xf8000000`.
  static let window: UInt64 = 0x0800_0000

  /// Gives the start of RAM that the decompressor assumes for a load address.
  static func windowStart(_ load: UInt64) -> UInt64 { load & ~(window - 1) }

  /// Gives the start of RAM after the decompressor has read the DTB.
  ///
  /// - Parameters:
  ///   - base: The start of the 128 MiB window.
  ///   - memory: The memory of the DTB in the order of its nodes; nil without a DTB.
  /// - Returns: The address to which TEXT_OFFSET is added.
  ///
  /// Source: arch/arm/boot/compressed/fdt_check_mem_start.c (v6.1).
  static func checkedStart(_ base: UInt64, memory: [PhysicalRange]?) -> UInt64 {
    guard let memory else { return base }
    // Ranges above 4 GiB are skipped.
    let low = memory.filter { $0.first <= PhysicalRange.below4GiB.last }
    if low.contains(where: { $0.contains(PhysicalAddress(base)) }) { return base }
    guard let first = low.map({ $0.first }).min() else { return base }
    return first.roundedUp(to: .largeSection)?.rawValue ?? base
  }

  /// Gives the addresses at which the kernel may end up. There are two when the image does not show
  /// whether its decompressor reads the DTB and the answers differ.
  static func kernels(
    of zImage: ZImage, load: UInt64, textOffset: UInt64, memory: [PhysicalRange]?,
    keepsDTB: Bool
  ) -> [UInt64] {
    if case .fixed(let address) = zImage.destination.value { return [address.rawValue] }
    let window = windowStart(load)
    // With an appended DTB the check is skipped altogether.
    let unchecked = window + textOffset
    if keepsDTB { return [unchecked] }
    let checked = checkedStart(window, memory: memory) + textOffset
    switch zImage.checksDTBMemory?.value {
    case true: return [checked]
    case false: return [unchecked]
    case nil: return checked == unchecked ? [checked] : [checked, unchecked]
    }
  }
}

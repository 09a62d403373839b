// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A range of RAM in a memory node.
public struct MemoryBank: Hashable, Sendable {
  /// The RAM.
  public let range: PhysicalRange
  /// The path of the node.
  public let path: String
  /// Whether the kernel uses it: the node is a child of the root and its status is okay. The
  /// decompressor's check of the memory start uses any memory node.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c (early_init_dt_scan_memory) and
  /// arch/arm/boot/compressed/fdt_check_mem_start.c.
  public let isTakenByKernel: Bool
  /// Whether it comes from `linux,usable-memory`, which overrides `reg`.
  public let isUsableMemory: Bool
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A range of RAM as a memory node tells it.
public struct MemoryBank: Hashable, Sendable {
  /// The RAM.
  public let range: PhysicalRange
  /// The path of the node that tells it.
  public let path: String
  /// Whether the kernel takes it: the node is a child of the root and its status is okay. The
  /// decompressor's check of the memory start takes any memory node.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c (early_init_dt_scan_memory) and
  /// arch/arm/boot/compressed/fdt_check_mem_start.c.
  public let isTakenByKernel: Bool
  /// Whether `linux,usable-memory` told it, which goes before `reg`.
  public let isUsableMemory: Bool
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The memory that a tree reserves.
public struct ReservedMemory: Hashable, Sendable {
  /// A child of `/reserved-memory` at a fixed place.
  public struct FixedRegion: Hashable, Sendable {
    /// The name with its unit address.
    public let name: String
    /// The ranges in `reg`.
    public let ranges: [PhysicalRange]
    /// Whether the kernel must not even map it.
    public let isNoMap: Bool
    /// Whether the kernel may use it until its owner needs it.
    public let isReusable: Bool
  }

  /// A child of `/reserved-memory` that the kernel places while it boots.
  public struct DynamicRegion: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The length.
    public let size: ByteCount
    /// The required alignment in bytes; nil when there is none.
    public let alignment: ByteCount?
    /// The ranges it may be placed in; empty for anywhere.
    public let allowed: [PhysicalRange]
    /// Whether the kernel must not even map it.
    public let isNoMap: Bool
    /// Whether the kernel may use it until its owner needs it.
    public let isReusable: Bool
  }

  /// The entries of the memory reservation block.
  public let memoryReservations: [MemoryReservation]
  /// The regions at fixed places, in the order of the tree.
  public let fixed: [FixedRegion]
  /// The regions that the kernel places, in the order of the tree.
  public let dynamic: [DynamicRegion]
  /// The entries that the kernel would ignore, with the reason, in the order of the tree.
  public let ignored: [String]
  /// The initial ramdisk that the tree names. It is the previous one unless it has been set.
  public let initrd: PhysicalRange?

  /// All ranges at fixed places with their reason: `memreserve`, `reserved-memory/NAME`, with
  /// ` (no-map)` behind it, and `initrd`.
  public var ranges: [ReservedRange] {
    var result: [ReservedRange] = []
    for entry in memoryReservations {
      if let range = entry.range { result.append(ReservedRange(range, why: "memreserve")) }
    }
    for region in fixed {
      let why = "reserved-memory/" + region.name + (region.isNoMap ? " (no-map)" : "")
      for range in region.ranges { result.append(ReservedRange(range, why: why)) }
    }
    if let initrd { result.append(ReservedRange(initrd, why: "initrd")) }
    return result
  }
}

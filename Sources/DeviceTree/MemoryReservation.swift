// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// One entry of the memory reservation block: memory that the kernel must not use.
///
/// Source: Devicetree Specification v0.4, section 5.3.
public struct MemoryReservation: Hashable, Sendable {
  /// The physical address of the first byte.
  public var address: UInt64
  /// The length in bytes; an entry of length 0 would end the block and is never written.
  public var size: UInt64

  /// Makes a reservation.
  ///
  /// - Parameters:
  ///   - address: The physical address of the first byte.
  ///   - size: The length in bytes.
  public init(address: UInt64, size: UInt64) {
    self.address = address
    self.size = size
  }

  /// The bytes that are reserved, cut at the end of the address space; nil when there are none.
  public var range: PhysicalRange? {
    guard size > 0 else { return nil }
    let (last, overflow) = address.addingReportingOverflow(size - 1)
    return PhysicalRange(
      first: PhysicalAddress(address), last: PhysicalAddress(overflow ? .max : last))
  }
}

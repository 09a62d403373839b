// SPDX-License-Identifier: Apache-2.0

/// A power of two that addresses are rounded to.
public struct Alignment: Hashable, Sendable {
  /// The alignment minus one.
  public let mask: UInt64

  /// The alignment in bytes.
  public var byteCount: ByteCount { ByteCount(mask + 1) }

  /// Makes the alignment of 2 to the power of `shift` bytes.
  ///
  /// - Parameter shift: From 0 to 63; larger values count as 63.
  public init(shift: UInt8) {
    mask = (1 << UInt64(min(shift, 63))) - 1
  }

  /// Makes an alignment from a number of bytes.
  ///
  /// - Parameter bytes: The alignment in bytes, a power of two.
  ///   The result is nil unless it is one.
  public init?(bytes: UInt64) {
    guard bytes != 0, bytes & (bytes - 1) == 0 else { return nil }
    mask = bytes - 1
  }

  /// 4 KiB, the page of every 32-bit ARM kernel.
  public static let page = Self(shift: 12)
  /// 1 MiB, the section of the short-descriptor page table.
  public static let section = Self(shift: 20)
  /// 2 MiB, the section of the long-descriptor (LPAE) page table.
  public static let largeSection = Self(shift: 21)
}

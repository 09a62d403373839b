// SPDX-License-Identifier: Apache-2.0

/// A non-empty range of physical memory, stored as its first and last byte, so that a range that
/// ends with the address space can be written down.
public struct PhysicalRange: Hashable, Sendable {
  /// The first byte (inclusive).
  public let first: PhysicalAddress
  /// The last byte (inclusive).
  public let last: PhysicalAddress

  /// Makes a range from its first and last byte.
  ///
  /// - Parameters:
  ///   - first: The first byte (inclusive).
  ///   - last: The last byte (inclusive).
  /// The result is nil when `last` is below `first`.
  public init?(first: PhysicalAddress, last: PhysicalAddress) {
    guard first <= last else { return nil }
    self.first = first
    self.last = last
  }

  /// Makes a range from its first byte and its length.
  ///
  /// - Parameters:
  ///   - start: The first byte (inclusive).
  ///   - count: The length in bytes.
  /// The result is nil when `count` is 0 or the range would pass the end of the address space.
  public init?(start: PhysicalAddress, count: ByteCount) {
    guard count.rawValue > 0 else { return nil }
    let (last, overflow) = start.rawValue.addingReportingOverflow(count.rawValue - 1)
    guard !overflow else { return nil }
    self.first = start
    self.last = PhysicalAddress(last)
  }

  /// Makes a range from its start and its end.
  ///
  /// - Parameters:
  ///   - start: The first byte (inclusive).
  ///   - end: The byte behind the last (exclusive).
  /// The result is nil when the range would be empty.
  public init?(start: PhysicalAddress, end: PhysicalAddress) {
    guard start < end else { return nil }
    self.first = start
    self.last = PhysicalAddress(end.rawValue - 1)
  }

  /// Every address there is.
  public static let everything = Self(unchecked: 0, UInt64.max)

  /// Every address that a 32-bit register can hold.
  public static let below4GiB = Self(unchecked: 0, 0xffff_ffff)

  private init(unchecked first: UInt64, _ last: UInt64) {
    self.first = PhysicalAddress(first)
    self.last = PhysicalAddress(last)
  }

  /// The length in bytes; 2^64 − 1 for ``everything``, which is one byte longer.
  public var count: ByteCount {
    let difference = last.rawValue - first.rawValue
    return ByteCount(difference == .max ? .max : difference + 1)
  }

  /// The byte behind the last one, or nil when the range ends with the address space.
  public var end: PhysicalAddress? { last.advanced(by: ByteCount(UInt64(1))) }

  /// Whether the ranges share a byte.
  public func overlaps(_ other: Self) -> Bool {
    first <= other.last && other.first <= last
  }

  /// Whether every byte of the other range is in this one.
  public func contains(_ other: Self) -> Bool {
    first <= other.first && other.last <= last
  }

  /// Whether the byte at an address is in the range.
  public func contains(_ address: PhysicalAddress) -> Bool {
    first <= address && address <= last
  }

  /// Gives the bytes that both ranges hold, or nil when there are none.
  public func intersection(_ other: Self) -> Self? {
    Self(first: max(first, other.first), last: min(last, other.last))
  }

  /// Gives the smallest range of whole blocks around this one.
  ///
  /// - Parameter alignment: The block, a power of two.
  /// - Returns: The range with its first byte rounded down and its end rounded up.
  public func rounded(outwardTo alignment: Alignment) -> Self {
    Self(
      unchecked: first.rawValue & ~alignment.mask, last.rawValue | alignment.mask)
  }

  /// Gives the largest range of whole blocks inside this one.
  ///
  /// - Parameter alignment: The block, a power of two.
  /// - Returns: nil when the range holds no whole block.
  public func rounded(inwardTo alignment: Alignment) -> Self? {
    guard let start = first.roundedUp(to: alignment), start <= last else { return nil }
    if last.rawValue & alignment.mask == alignment.mask {
      return Self(first: start, last: last)
    }
    return Self(start: start, end: last.roundedDown(to: alignment))
  }
}

extension PhysicalRange: CustomStringConvertible {
  /// First and last byte, as /proc/iomem writes ranges.
  public var description: String { first.description + "-" + last.description }
}

// SPDX-License-Identifier: Apache-2.0

/// A physical address, 64 bits wide on every host.
public struct PhysicalAddress: Hashable, Comparable, Sendable {
  /// The address in bytes from physical address 0.
  public let rawValue: UInt64

  /// Wraps a number that is already known to be a physical address.
  public init(_ rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Orders addresses by their number.
  public static func < (left: Self, right: Self) -> Bool {
    left.rawValue < right.rawValue
  }

  /// Moves up by a number of bytes.
  ///
  /// - Parameter bytes: Distance in bytes.
  /// - Returns: The address, or nil beyond 2^64 − 1.
  public func advanced(by bytes: ByteCount) -> Self? {
    let (sum, overflow) = rawValue.addingReportingOverflow(bytes.rawValue)
    return overflow ? nil : Self(sum)
  }

  /// Moves down by a number of bytes.
  ///
  /// - Parameter bytes: Distance in bytes.
  /// - Returns: The address, or nil below 0.
  public func lowered(by bytes: ByteCount) -> Self? {
    let (difference, overflow) = rawValue.subtractingReportingOverflow(bytes.rawValue)
    return overflow ? nil : Self(difference)
  }

  /// Rounds up to a multiple of an alignment.
  ///
  /// - Parameter alignment: A power of two.
  /// - Returns: The lowest multiple at or above the address, or nil beyond 2^64 − 1.
  public func roundedUp(to alignment: Alignment) -> Self? {
    let (sum, overflow) = rawValue.addingReportingOverflow(alignment.mask)
    return overflow ? nil : Self(sum & ~alignment.mask)
  }

  /// Rounds down to a multiple of an alignment.
  ///
  /// - Parameter alignment: A power of two.
  /// - Returns: The highest multiple at or below the address.
  public func roundedDown(to alignment: Alignment) -> Self {
    Self(rawValue & ~alignment.mask)
  }

  /// Whether the address is a multiple of an alignment.
  public func isAligned(to alignment: Alignment) -> Bool {
    rawValue & alignment.mask == 0
  }

  /// Measures the distance up from another address.
  ///
  /// - Parameter other: The lower address.
  /// - Returns: The bytes between, or nil when `other` is higher.
  public func distance(from other: Self) -> ByteCount? {
    rawValue >= other.rawValue ? ByteCount(rawValue - other.rawValue) : nil
  }
}

extension PhysicalAddress: CustomStringConvertible {
  /// The address as `0x` and at least eight hexadecimal digits.
  public var description: String { hexadecimal(rawValue, digits: 8) }
}

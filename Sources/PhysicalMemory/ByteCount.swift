// SPDX-License-Identifier: Apache-2.0

/// A number of bytes, 64 bits wide on every host.
public struct ByteCount: Hashable, Comparable, Sendable {
  /// The number of bytes.
  public let rawValue: UInt64

  /// No bytes.
  public static let zero = Self(0)

  /// Wraps a number that is already known to count bytes.
  public init(_ rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Wraps the count of a collection of bytes, which is never negative.
  public init(_ count: Int) {
    self.rawValue = UInt64(max(0, count))
  }

  /// A number of KiB, for constants.
  public static func kibibytes(_ number: UInt32) -> Self { Self(UInt64(number) << 10) }

  /// A number of MiB, for constants.
  public static func mebibytes(_ number: UInt32) -> Self { Self(UInt64(number) << 20) }

  /// Orders counts by their number.
  public static func < (left: Self, right: Self) -> Bool {
    left.rawValue < right.rawValue
  }

  /// Adds, or gives nil beyond 2^64 − 1.
  public func adding(_ other: Self) -> Self? {
    let (sum, overflow) = rawValue.addingReportingOverflow(other.rawValue)
    return overflow ? nil : Self(sum)
  }

  /// Subtracts, or gives nil below 0.
  public func subtracting(_ other: Self) -> Self? {
    rawValue >= other.rawValue ? Self(rawValue - other.rawValue) : nil
  }

  /// Multiplies, or gives nil beyond 2^64 − 1.
  public func multiplied(by factor: UInt64) -> Self? {
    let (product, overflow) = rawValue.multipliedReportingOverflow(by: factor)
    return overflow ? nil : Self(product)
  }

  /// Rounds up to a multiple of an alignment, or gives nil beyond 2^64 − 1.
  public func roundedUp(to alignment: Alignment) -> Self? {
    let (sum, overflow) = rawValue.addingReportingOverflow(alignment.mask)
    return overflow ? nil : Self(sum & ~alignment.mask)
  }
}

extension ByteCount: CustomStringConvertible {
  /// The exact number with its unit, digits in groups of three: `20 582 580 B`.
  public var description: String {
    let digits = Array(String(rawValue).utf8)
    var text: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(0x20) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self) + " B"
  }

  /// The number rounded to a unit people read: `19.6 MiB`.
  public var rounded: String {
    if rawValue < 1 << 10 { return String(rawValue) + " B" }
    if rawValue < 1 << 20 { return tenths(of: 10) + " KiB" }
    if rawValue < 1 << 30 { return tenths(of: 20) + " MiB" }
    return tenths(of: 30) + " GiB"
  }

  private func tenths(of shift: UInt64) -> String {
    let whole = rawValue >> shift
    let rest = ((rawValue & ((1 << shift) - 1)) * 10) >> shift
    return rest == 0 ? String(whole) : String(whole) + "." + String(rest)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The version in a kernel's release: `6.1.0-50-armmp` is 6.1.
public struct KernelRelease: Sendable, Hashable {
  /// The first number.
  public let major: UInt32
  /// The second number.
  public let minor: UInt32

  /// States a version.
  public init(_ major: UInt32, _ minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// Reads the two numbers that a release begins with; the result is nil when it begins otherwise.
  public init?(_ release: String) {
    var numbers: [UInt32] = []
    var hasDigits = false
    for byte in release.utf8.prefix(32) {
      if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        if !hasDigits { numbers.append(0) }
        hasDigits = true
        // A number that is too large for a version stays so.
        let last = min(numbers[numbers.count - 1], 100_000)
        numbers[numbers.count - 1] = last * 10 + UInt32(byte - UInt8(ascii: "0"))
      } else if byte == UInt8(ascii: "."), hasDigits, numbers.count == 1 {
        hasDigits = false
      } else {
        break
      }
    }
    guard numbers.count == 2 else { return nil }
    self.init(numbers[0], numbers[1])
  }

  /// Whether it is a version or a later one.
  public func isAtLeast(_ major: UInt32, _ minor: UInt32) -> Bool {
    (self.major, self.minor) >= (major, minor)
  }
}

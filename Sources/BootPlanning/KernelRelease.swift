// SPDX-License-Identifier: Apache-2.0

/// The version in a kernel's release: `6.1.0-50-armmp` is 6.1.
struct KernelRelease {
  let major: UInt32
  let minor: UInt32

  init(_ release: String) {
    var numbers: [UInt32] = [0]
    for byte in release.utf8.prefix(32) {
      if byte >= 0x30, byte <= 0x39 {
        let last = numbers[numbers.count - 1]
        numbers[numbers.count - 1] = last < 100_000 ? last * 10 + UInt32(byte - 0x30) : last
      } else if byte == UInt8(ascii: "."), numbers.count < 3 {
        numbers.append(0)
      } else {
        break
      }
    }
    major = numbers[0]
    minor = numbers.count > 1 ? numbers[1] : 0
  }

  func isAtLeast(_ major: UInt32, _ minor: UInt32) -> Bool {
    (self.major, self.minor) >= (major, minor)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The order of versions in Debian, for kernels in /boot.
///
/// Texts and numbers alternate. Numbers are compared as numbers. In texts, letters come before all
/// other characters, and `~` before everything, even the end.
///
/// Source: deb-version(7), "Sorting algorithm" (dpkg 1.21).
package enum DebianVersion {
  /// Compares two versions: negative when the first is older, 0 when none is, else positive.
  package static func compare(_ first: String, _ second: String) -> Int {
    compare(Array(first.utf8), Array(second.utf8))
  }

  /// Compares the releases of two kernels. `-rc1` and Debian's `-trunk` mark versions older than
  /// the release; the bare order has them newer. A text that does not begin with a digit is no
  /// version, and older than every one.
  package static func compareKernels(_ first: String, _ second: String) -> Int {
    let one = prepared(first)
    let other = prepared(second)
    let isVersion = (startsWithDigit(one), startsWithDigit(other))
    if isVersion.0 != isVersion.1 { return isVersion.0 ? 1 : -1 }
    return compare(one, other)
  }

  private static func startsWithDigit(_ text: [UInt8]) -> Bool { text.first.map(isDigit) ?? false }

  private static func prepared(_ release: String) -> [UInt8] {
    var text = Array(release.utf8)
    for word in ["-rc", "-trunk"] {
      let word = Array(word.utf8)
      var at = 0
      while at + word.count <= text.count {
        if text[at..<(at + word.count)].elementsEqual(word) { text[at] = 0x7e }
        at += 1
      }
    }
    return text
  }

  private static func compare(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var one = first[...]
    var other = second[...]
    while !one.isEmpty || !other.isEmpty {
      while one.first.map({ !isDigit($0) }) ?? false || other.first.map({ !isDigit($0) }) ?? false {
        let difference = weight(one.first) - weight(other.first)
        if difference != 0 { return difference }
        one = one.dropFirst()
        other = other.dropFirst()
      }
      let left = number(&one)
      let right = number(&other)
      if left.count != right.count { return left.count - right.count }
      for (digit, against) in zip(left, right) where digit != against {
        return Int(digit) - Int(against)
      }
    }
    return 0
  }

  /// Removes the digits at the start, and returns them without leading zeros.
  private static func number(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = text.prefix { isDigit($0) }
    text = text[digits.endIndex...]
    return digits.drop { $0 == UInt8(ascii: "0") }
  }

  private static func weight(_ byte: UInt8?) -> Int {
    guard let byte, !isDigit(byte) else { return 0 }
    switch byte {
    case UInt8(ascii: "~"): return -1
    case 0x41...0x5a, 0x61...0x7a: return Int(byte)
    default: return Int(byte) + 256
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

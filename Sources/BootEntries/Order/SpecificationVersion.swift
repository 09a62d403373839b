// SPDX-License-Identifier: Apache-2.0

/// The order of versions in entries of the Boot Loader Specification.
///
/// Parts of digits, parts of letters and the marks `~ - ^ .` are compared in turn; all other
/// characters only separate. A number is newer than letters, `~` is older than the end, and the end
/// is older than `-`, `^` and `.` in this order.
///
/// Source: UAPI.10 Version Format Specification 1.0, "Version Comparison".
package enum SpecificationVersion {
  /// Compares two versions: negative when the first is older, 0 when none is, else positive.
  package static func compare(_ first: String, _ second: String) -> Int {
    let first = Array(first.utf8)
    let second = Array(second.utf8)
    var one = first[...]
    var other = second[...]
    while true {
      one = one.drop { !isMeant($0) }
      other = other.drop { !isMeant($0) }
      if let order = mark(0x7e, &one, &other) { return order }
      if one.isEmpty || other.isEmpty { return one.count - other.count }
      if let order = mark(0x2d, &one, &other) ?? mark(0x5e, &one, &other)
        ?? mark(0x2e, &one, &other)
      {
        return order
      }
      let order = part(&one, &other)
      if order != 0 { return order }
    }
  }

  /// Compares by a mark in front: if only one has it, that one is older. A mark that both have is
  /// removed.
  private static func mark(
    _ mark: UInt8, _ one: inout ArraySlice<UInt8>, _ other: inout ArraySlice<UInt8>
  ) -> Int? {
    let isFirst = one.first == mark
    guard isFirst == (other.first == mark) else { return isFirst ? -1 : 1 }
    if isFirst {
      one = one.dropFirst()
      other = other.dropFirst()
    }
    return nil
  }

  /// Compares the parts at the start, digits or letters, and removes them.
  private static func part(
    _ one: inout ArraySlice<UInt8>, _ other: inout ArraySlice<UInt8>
  ) -> Int {
    let isNumber = isDigit(one.first) || isDigit(other.first)
    if isNumber, isDigit(one.first) != isDigit(other.first) { return isDigit(one.first) ? 1 : -1 }
    var left = one.prefix { isNumber ? isDigit($0) : isLetter($0) }
    var right = other.prefix { isNumber ? isDigit($0) : isLetter($0) }
    one = one[left.endIndex...]
    other = other[right.endIndex...]
    if isNumber {
      left = left.drop { $0 == UInt8(ascii: "0") }
      right = right.drop { $0 == UInt8(ascii: "0") }
      if left.count != right.count { return left.count - right.count }
    }
    for (byte, against) in zip(left, right) where byte != against {
      return Int(byte) - Int(against)
    }
    return left.count - right.count
  }

  private static func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { (0x30...0x39).contains($0) } ?? false
  }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }
  private static func isMeant(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "~") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "^") || byte == UInt8(ascii: ".")
  }
}

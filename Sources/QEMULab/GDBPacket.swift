// SPDX-License-Identifier: Apache-2.0

/// The framing of gdb's remote serial protocol.
///
/// Source: GDB manual, appendix E, "Remote Protocol", section "Overview".
enum GDBPacket {
  /// Frames a payload: `$`, the payload with `#`, `$`, `}` and `*` escaped, `#`, two digits.
  static func encode(_ payload: [UInt8]) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(payload.count + 8)
    for byte in payload {
      if [0x23, 0x24, 0x7d, 0x2a].contains(byte) {
        body.append(0x7d)
        body.append(byte ^ 0x20)
      } else {
        body.append(byte)
      }
    }
    return [0x24] + body + [0x23] + digits([checksum(body)])
  }

  /// The sum of the bytes between `$` and `#`, modulo 256.
  static func checksum(_ body: some Sequence<UInt8>) -> UInt8 {
    body.reduce(0) { $0 &+ $1 }
  }

  /// Writes bytes as two lower-case digits each.
  static func digits(_ bytes: [UInt8]) -> [UInt8] {
    let digit = Array("0123456789abcdef".utf8)
    return bytes.flatMap { [digit[Int($0 >> 4)], digit[Int($0 & 15)]] }
  }

  /// Reads two digits a byte, or gives nil when there is an odd number or a byte that is no digit.
  static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var result: [UInt8] = []
    var high: UInt8?
    for character in digits {
      guard let value = value(character) else { return nil }
      if let first = high {
        result.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return result
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x37
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Writes a digest as `sha256sum` does: two lowercase hexadecimal digits a byte, no prefix.
public func hexadecimalText(of digest: [UInt8]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity(digest.count * 2)
  for byte in digest {
    text.append(digit(byte >> 4))
    text.append(digit(byte & 15))
  }
  return String(decoding: text, as: UTF8.self)
}

private func digit(_ nibble: UInt8) -> UInt8 {
  nibble < 10 ? 0x30 + nibble : 0x61 - 10 + nibble
}

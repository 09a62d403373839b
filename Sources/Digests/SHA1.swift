// SPDX-License-Identifier: Apache-2.0

/// SHA-1, 20 bytes: old FIT images use it; it only proves that nothing broke by accident.
///
/// Source: FIPS 180-4 sections 4.1.1, 5.3.1 and 6.1.
public struct SHA1: Digest {
  private var blocks = BlockDigest<SHA1Value>()

  /// Starts with the empty message.
  public init() {}

  /// Takes the next bytes of the message.
  public mutating func update(_ bytes: Span<UInt8>) { blocks.update(bytes) }

  /// Gives the 20 bytes of the digest.
  public consuming func finish() -> [UInt8] { blocks.finish() }
}

struct SHA1Value: ChainingValue {
  static var isBigEndian: Bool { true }

  private var h0: UInt32 = 0x6745_2301
  private var h1: UInt32 = 0xefcd_ab89
  private var h2: UInt32 = 0x98ba_dcfe
  private var h3: UInt32 = 0x1032_5476
  private var h4: UInt32 = 0xc3d2_e1f0

  init() {}

  var words: [UInt32] { [h0, h1, h2, h3, h4] }

  mutating func compress(_ message: Span<UInt8>, at offset: Int) {
    var schedule = InlineArray<80, UInt32>(repeating: 0)
    for index in 0..<16 {
      schedule[index] = bigEndianWord(message, at: offset &+ 4 &* index)
    }
    for index in 16..<80 {
      schedule[index] = rotateLeft(
        schedule[index &- 3] ^ schedule[index &- 8] ^ schedule[index &- 14]
          ^ schedule[index &- 16], 1)
    }

    var (a, b, c, d, e) = (h0, h1, h2, h3, h4)
    for index in 0..<80 {
      let choice: UInt32
      switch index {
      case 0..<20: choice = (d ^ (b & (c ^ d))) &+ 0x5a82_7999
      case 20..<40: choice = (b ^ c ^ d) &+ 0x6ed9_eba1
      case 40..<60: choice = ((b & c) | (d & (b | c))) &+ 0x8f1b_bcdc
      default: choice = (b ^ c ^ d) &+ 0xca62_c1d6
      }
      let next = rotateLeft(a, 5) &+ choice &+ e &+ schedule[index]
      (a, b, c, d, e) = (next, a, rotateLeft(b, 30), c, d)
    }
    h0 &+= a
    h1 &+= b
    h2 &+= c
    h3 &+= d
    h4 &+= e
  }
}

// SPDX-License-Identifier: Apache-2.0

/// MD5, 16 bytes: old FIT images use it; it only proves that nothing broke by accident.
///
/// Source: RFC 1321 section 3.4.
public struct MD5: Digest {
  private var blocks = BlockDigest<MD5Value>()

  /// Starts with the empty message.
  public init() {}

  /// Takes the next bytes of the message.
  public mutating func update(_ bytes: Span<UInt8>) { blocks.update(bytes) }

  /// Gives the 16 bytes of the digest.
  public consuming func finish() -> [UInt8] { blocks.finish() }
}

struct MD5Value: ChainingValue {
  static var isBigEndian: Bool { false }

  private var h0: UInt32 = 0x6745_2301
  private var h1: UInt32 = 0xefcd_ab89
  private var h2: UInt32 = 0x98ba_dcfe
  private var h3: UInt32 = 0x1032_5476

  init() {}

  var words: [UInt32] { [h0, h1, h2, h3] }

  mutating func compress(_ message: Span<UInt8>, at offset: Int) {
    var block = InlineArray<16, UInt32>(repeating: 0)
    for index in 0..<16 {
      block[index] = bigEndianWord(message, at: offset &+ 4 &* index).byteSwapped
    }

    var (a, b, c, d) = (h0, h1, h2, h3)
    let constants = md5Constants.span
    let turns = md5Turns.span
    for index in 0..<64 {
      let mix: UInt32
      let word: Int
      switch index {
      case 0..<16: (mix, word) = (d ^ (b & (c ^ d)), index)
      case 16..<32: (mix, word) = (c ^ (d & (b ^ c)), (5 &* index &+ 1) & 15)
      case 32..<48: (mix, word) = (b ^ c ^ d, (3 &* index &+ 5) & 15)
      default: (mix, word) = (c ^ (b | ~d), (7 &* index) & 15)
      }
      let sum = a &+ mix &+ constants[index] &+ block[word]
      let turned = rotateLeft(sum, turns[(index &>> 4) &* 4 &+ (index & 3)])
      (a, b, c, d) = (d, b &+ turned, b, c)
    }
    h0 &+= a
    h1 &+= b
    h2 &+= c
    h3 &+= d
  }
}

/// The rotations of the four steps of each round.
private let md5Turns: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

/// The integer part of 2^32 times the sine of 1, 2, 3 and so on.
private let md5Constants: [UInt32] = [
  0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613,
  0xfd46_9501, 0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193,
  0xa679_438e, 0x49b4_0821, 0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d,
  0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8, 0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed,
  0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a, 0xfffa_3942, 0x8771_f681, 0x6d9d_6122,
  0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70, 0x289b_7ec6, 0xeaa1_27fa,
  0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665, 0xf429_2244,
  0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
  0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb,
  0xeb86_d391,
]

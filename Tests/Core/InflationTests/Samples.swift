// SPDX-License-Identifier: Apache-2.0
import SeededRandom

/// Bytes to pack.
enum Samples {
  static func random(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var numbers = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      let word = numbers.next()
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
    bytes.removeSubrange(count...)
    return bytes
  }

  /// Words of a text, with far and near repetitions.
  static func text(_ count: Int, seed: UInt64 = 2) -> [UInt8] {
    let words = [
      "kernel ", "memory ", "the ", "of ", "a ", "page ", "table ", "inflate ", "segment ", "hole ",
      "0x40208000 ", "initrd\n", "decompressor ", "and ", "zImage ",
    ].map { Array($0.utf8) }
    var numbers = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += words[Int.random(in: 0..<words.count, using: &numbers)] }
    bytes.removeSubrange(count...)
    return bytes
  }

  /// ARM instructions, many of them branches with link, which the BCJ filter rewrites.
  static func armCode(_ count: Int) -> [UInt8] {
    var numbers = SplitMix64(seed: 3)
    var bytes: [UInt8] = []
    while bytes.count < count {
      let word = UInt32(truncatingIfNeeded: numbers.next())
      let instruction = word % 3 == 0 ? 0xeb00_0000 | word >> 20 : 0xe1a0_0000 | word & 0xf
      for shift in 0..<4 {
        bytes.append(UInt8(truncatingIfNeeded: instruction >> UInt32(8 * shift)))
      }
    }
    bytes.removeSubrange(count...)
    return bytes
  }

  /// A mixture of runs, repetitions at random distances and noise.
  static func structured(seed: UInt64, most: Int) -> [UInt8] {
    var numbers = SplitMix64(seed: seed)
    let count = Int.random(in: 0...most, using: &numbers)
    var bytes: [UInt8] = []
    while bytes.count < count {
      let length = 1 << Int.random(in: 0...11, using: &numbers)
      switch Int.random(in: 0...3, using: &numbers) {
      case 0: bytes += random(Int.random(in: 1...length, using: &numbers), seed: numbers.next())
      case 1:
        bytes += [UInt8](
          repeating: UInt8.random(in: 0...255, using: &numbers),
          count: Int.random(in: 1...length, using: &numbers))
      default:
        guard !bytes.isEmpty else { continue }
        let distance = Int.random(in: 1...min(bytes.count, 60_000), using: &numbers)
        for _ in 0..<Int.random(in: 2...max(3, length / 8), using: &numbers) {
          bytes.append(bytes[bytes.count - distance])
        }
      }
    }
    bytes.removeSubrange(count...)
    return bytes
  }

  static let all: [(name: String, bytes: [UInt8])] = [
    ("nothing", []), ("one byte", [0x2a]), ("small", Array("a small text, a small text\n".utf8)),
    ("1 MiB random", random(1 << 20)), ("1 MiB zeros", [UInt8](repeating: 0, count: 1 << 20)),
    ("text", text(300_000)), ("ARM code", armCode(200_003)),
  ]
}

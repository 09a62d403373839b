// SPDX-License-Identifier: Apache-2.0
import SeededRandom
import Testing

@testable import KernelImages

@Suite("Scanning an inflated kernel")
struct InflatedImageScanTests {
  private func scan(
    _ bytes: [UInt8], expected: UInt64?, order: InflatedImageScan.ByteOrder = .little,
    chunk: Int = 1 << 16
  ) -> InflatedImageScan {
    var scan = InflatedImageScan(expected: expected, order: order)
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      scan.take(bytes.span.extracting(start..<min(bytes.count, start + chunk)))
    }
    return scan
  }

  /// An Image in which pairs for its own length, for others, and backward ones stand.
  private func image(seed: UInt64, isBig: Bool) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    let words = Int(random.between(1 << 14, 1 << 16))
    let page = random.pick(BSSPair.pageOffsets)
    var bytes: [UInt8] = []
    func put(_ word: UInt32) {
      let word = isBig ? word.bigEndian : word.littleEndian
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(word >> shift & 0xff)) }
    }
    while bytes.count < words * 4 {
      guard random.oneIn(50) else {
        put(UInt32(truncatingIfNeeded: random.next()))
        continue
      }
      let text = random.pick([0x8000, 0x20_8000, 0x1c_8000] as [UInt32])
      let length = random.oneIn(3) ? UInt32(words * 4) : UInt32(random.below(1 << 24))
      let start = page &+ text &+ length
      put(start)
      put(start &+ UInt32(random.below(80 << 20)) &- 0x1000)
      if random.oneIn(2) {
        for _ in 0..<random.below(6) { put(0x1234) }
        put(page &+ text &+ 0x1ff8 &- (text & 0x1fff))
      }
    }
    return Array(bytes[..<(words * 4)])
  }

  @Test(
    "Not knowing the length finds the same pairs as knowing it",
    arguments: 1...60 as ClosedRange<UInt64>)
  func settles(seed: UInt64) {
    let isBig = seed % 2 == 0
    let bytes = image(seed: seed, isBig: isBig)
    let order: [InflatedImageScan.ByteOrder] = [isBig ? .big : .little, .either]
    for order in order {
      let known = scan(bytes, expected: UInt64(bytes.count), order: order)
      var unknown = scan(bytes, expected: nil, order: order, chunk: 4093)
      #expect(unknown.pairs.isEmpty)
      let isSettled = unknown.settle()
      #expect(isSettled, "seed \(seed)")
      #expect(unknown.expected == known.expected)
      #expect(unknown.pairs == known.pairs && !known.pairs.isEmpty, "seed \(seed)")
      #expect(unknown.pairsBeforeStack == known.pairsBeforeStack, "seed \(seed)")
      #expect(unknown.pairCount == known.pairCount, "seed \(seed)")
    }
  }

  @Test(
    "The release is found wherever its banner begins, and however the bytes come in",
    arguments: 0..<4, [1 << 16, 4, 5, 7, 4093])
  func banner(_ shift: Int, _ chunk: Int) {
    for prefix in ["", "x", "Lin", "Linux versio", "Linux version mismatch\0"] {
      let text = prefix + "Linux version 5.10.0-32-marvell (debian-kernel@lists.debian.org)"
      let bytes = [UInt8](repeating: 0, count: 400 + shift) + Array(text.utf8) + [0, 0, 0, 0]
      for expected in [nil, UInt64(bytes.count)] {
        let found = scan(bytes, expected: expected, chunk: chunk)
        #expect(found.release == "5.10.0-32-marvell", "\(prefix) at \(400 + shift)")
      }
    }
    let other = Array("Tinux version 5.10.0 (a)GNU/linux version 5.10.1 ".utf8)
    #expect(scan([UInt8](repeating: 0, count: shift) + other, expected: nil).release == nil)
  }

  @Test("More possible pairs than are remembered ask for a second scan, which is as good")
  func overflows() {
    let words = [0xc010_0000, 0xc010_0004] as [UInt32]
    var bytes: [UInt8] = []
    for _ in 0..<(600 << 10) {
      for word in words {
        for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(word >> shift & 0xff)) }
      }
    }
    var unknown = scan(bytes, expected: nil)
    let isSettled = unknown.settle()
    #expect(!isSettled)
    #expect(unknown.expected == nil && unknown.count == UInt64(bytes.count))
  }

  @Test("A length that turns out wrong is not settled")
  func contradicted() {
    var wrong = scan([UInt8](repeating: 0, count: 64), expected: 60)
    let isWrongSettled = wrong.settle()
    #expect(!isWrongSettled)
    var right = scan([UInt8](repeating: 0, count: 64), expected: 64)
    let isRightSettled = right.settle()
    #expect(isRightSettled)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Inflation
import SeededRandom
import Testing

@testable import KernelImages

/// The short ways to a place in a zImage give what going through every byte would give.
@Suite struct PayloadStartTests {
  @Test(
    "An xz stream is found from its end, whatever stands before it and however it was made",
    arguments: ["--check=crc32", "--check=none", "--check=sha256 --block-size=4096", "-0 -T2"])
  func footer(options: String) throws {
    let scratch = try Scratch()
    var random = SplitMix64(seed: 7)
    let content = (0..<30_000).map { _ in UInt8(truncatingIfNeeded: random.below(4)) }
    for count in [0, 1, 5000, content.count] {
      try scratch.write("content", Array(content.prefix(count)))
      try scratch.run("xz -c \(options) content >stream")
      let stream = try scratch.read("stream")
      for junk in [0, 3, 4096] {
        let image: [UInt8] = Array(content.suffix(junk)) + stream + [1, 2, 3, 4]
        #expect(
          XZIndex(image.span, endingAt: image.count - 4)?.start == junk,
          "\(count) bytes behind \(junk)")
      }
      // Each bit of the footer counts.
      for place in (stream.count - 12)..<stream.count {
        var damaged = stream
        damaged[place] ^= UInt8(1 << random.below(8))
        #expect(XZIndex(damaged.span, endingAt: damaged.count) == nil)
      }
    }
  }

  @Test("A footer never leads out of the image", arguments: 0..<40 as Range<UInt64>)
  func hostile(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let image = (0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    for end in -20...220 {
      if let start = XZIndex(image.span, endingAt: end)?.start {
        #expect((0...end).contains(start))
      }
    }
  }

  @Test("A text is found where it stands last, as by trying every place", arguments: 0..<60)
  func text(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let letters = random.between(1, 3)
    func word(_ count: UInt64) -> [UInt8] {
      (0..<count).map { _ in UInt8(truncatingIfNeeded: random.below(letters)) }
    }
    let all = word(random.between(0, 90))
    let text = word(random.between(1, 7))
    let start = Int(random.below(UInt64(all.count) + 1))
    let range = start..<(start + Int(random.below(UInt64(all.count - start) + 1)))
    let naive = range.last { all[$0..<range.upperBound].starts(with: text) }
    #expect(all.span.lastOffset(of: text, in: range) == naive, "seed \(seed)")
    #expect(all.span.lastOffset(of: text, in: 0..<(all.count + 1)) == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory
import SeededRandom
import Testing

@testable import Samples

@Suite struct HostileTests {
  /// Files of every format, with the number of bytes that their headers and tables take.
  static let files: [(name: String, bytes: [UInt8], headBytes: Int)] = [
    ("zImage", SyntheticZImage().bytes(), 0x140),
    ("EFI zImage", SyntheticZImage(order: .be8, isEFI: true).bytes(), 0x140),
    ("untagged zImage", SyntheticZImage(tagWords: nil).bytes(), 0x140),
    ("android v0", SyntheticAndroid().bytes(), 2048 + 0x140),
    ("android v2", SyntheticAndroid(version: 2, tree: AndroidTests.tree).bytes(), 2048 + 0x140),
    ("android v4", SyntheticAndroid(version: 4).bytes(), 4096 + 0x140),
    ("gzip", Builder.gzip(SyntheticImage().bytes()), 64),
  ]

  /// What came out of a damaged file: nothing, or figures that must be possible.
  private func check(_ bytes: [UInt8], _ what: @autoclosure () -> String) {
    let options = IdentificationOptions(inflationLimit: 8 << 20)
    guard let image = try? KernelImage.of(bytes, options), let kernel = image.kernel else { return }
    if let zImage = kernel.zImage {
      #expect(zImage.byteCount.rawValue <= UInt64(bytes.count), "\(what())")
      #expect(zImage.payloadOffset < zImage.payloadEnd, "\(what())")
      #expect(zImage.payloadEnd <= zImage.byteCount, "\(what())")
    }
    #expect(kernel.inflatedBytes.value.rawValue <= 8 << 20, "\(what())")
    if let inflated = try? image.inflated(from: bytes) {
      #expect(ByteCount(inflated.count) == kernel.inflatedBytes.value, "\(what())")
    }
    if case .slice(let offset, let count) = image.kernelBytes {
      #expect(offset + count <= UInt64(bytes.count), "\(what())")
    }
  }

  @Test("A file cut off at any byte of its headers, or anywhere, is an error", arguments: 0..<7)
  func truncation(_ index: Int) {
    let file = Self.files[index]
    var generator = SplitMix64(seed: UInt64(index))
    let cuts =
      Array(0..<file.headBytes)
      + (0..<20).map { _ in Int.random(in: 0..<(file.bytes.count - 4096), using: &generator) }
    for count in cuts {
      #expect(throws: KernelImageError.self, "\(file.name) cut at \(count)") {
        try KernelImage.of(Array(file.bytes.prefix(count)))
      }
    }
  }

  @Test("Flipped bits in headers and tables give errors or figures that can be", arguments: 0..<7)
  func flips(_ index: Int) {
    let file = Self.files[index]
    let seed = UInt64(index) + 100
    var generator = SplitMix64(seed: seed)
    for turn in 0..<300 {
      var bytes = file.bytes
      for _ in 0...Int.random(in: 0...2, using: &generator) {
        let offset = Int.random(in: 0..<file.headBytes, using: &generator)
        bytes[offset] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      }
      check(bytes, "\(file.name), seed \(seed), turn \(turn)")
    }
  }

  @Test("Any word of a zImage's header and table may hold any value", arguments: [false, true])
  func words(_ isBE32: Bool) {
    let zImage = SyntheticZImage(order: isBE32 ? .be32 : .little).bytes()
    let values: [UInt32] = [
      0, 1, 2, 3, 4, 0x30, 0x7f, 0x7fff_fff0, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff,
      UInt32(zImage.count), UInt32(zImage.count) - 4,
    ]
    for offset in stride(from: 0x24, to: 0xa0, by: 4) {
      for value in values {
        var bytes = zImage
        bytes.replaceSubrange(
          offset..<(offset + 4), with: Builder.word(value, isBigEndian: isBE32))
        check(bytes, "word \(value) at \(offset)")
      }
    }
  }

  @Test("A file full of payload magics is gone through in bounded time")
  func magics() {
    let magics: [[UInt8]] = [
      [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
      [0x5d, 0, 0, 0x80, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0],
      [0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a, 0x0a], [0x02, 0x21, 0x4c, 0x18],
    ]
    for magic in magics {
      var bytes = SyntheticZImage(tagWords: nil).bytes()
      var at = 0x123
      while at + magic.count < bytes.count {
        bytes.replaceSubrange(at..<(at + magic.count), with: magic)
        at += magic.count
      }
      let clock = ContinuousClock()
      let time = clock.measure { check(bytes, "magics") }
      #expect(time < .seconds(20), "\(magic): \(time)")
    }
  }
  @Test("Thousands of segments of an ELF file that lie on one another are refused at once")
  func overlappingSegments() {
    var builder = Builder()
    for word in [0x464c_457f, 0x0001_0101, 0, 0, 2 | 40 << 16, 1, 0x8000, 52, 0] as [UInt32] {
      builder.word(word)
    }
    for word in [0, 52 | 32 << 16, 4000 | 40 << 16, 0] as [UInt32] { builder.word(word) }
    for _ in 0..<4000 {
      for word in [1, 0x1000, 0xc000_8000, 0x8000, 0xf000, 0xf000, 7, 4096] as [UInt32] {
        builder.word(word)
      }
    }
    let bytes = builder.bytes
    let time = ContinuousClock().measure {
      #expect(
        throws: KernelImageError.invalid(
          what: "ELF file", field: "p_paddr, where another segment is loaded,", offset: 84 + 12,
          value: 0x8000)
      ) { try KernelImage.of(bytes) }
    }
    #expect(time < .seconds(5))
  }
}

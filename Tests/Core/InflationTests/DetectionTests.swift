// SPDX-License-Identifier: Apache-2.0
import Inflation
import Testing

@Suite("Recognising a compression")
struct DetectionTests {
  @Test("What a tool packed is recognised by its first bytes", arguments: Packing.all)
  func recognised(_ packing: Packing) throws {
    for sample in Samples.all {
      let packed = try packing.packed(sample.bytes)
      #expect(Compression.detect(packed.span) == packing.compression, "\(sample.name)")
    }
  }

  @Test("Every compression detects its own magic, lzma and bzip2 with a header behind it")
  func magic() {
    for compression in Compression.allCases {
      var bytes = compression.magic
      if compression == .bzip2 { bytes.append(0x39) }
      if compression == .lzma {
        bytes += [0x80, 0] + [UInt8](repeating: 0xff, count: 8) + [0]
      }
      #expect(Compression.detect(bytes.span) == compression)
    }
  }

  static let strangers: [[UInt8]] = [
    [], [0x1f], [0x1f, 0x8b], [0x1f, 0x8b, 0x07, 0], Array("BZh0".utf8), Array("BZh".utf8),
    Array("070701".utf8), [0xd0, 0x0d, 0xfe, 0xed], [0x27, 0x05, 0x19, 0x56],
    // lzma: a dictionary of 3 bits, a size of 256 GiB, no range coder's zero, cut short.
    [0x5d, 0, 0, 0x70, 0] + [UInt8](repeating: 0xff, count: 8) + [0],
    [0x5d, 0, 0, 0x80, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0],
    [0x5d, 0, 0, 0x80, 0] + [UInt8](repeating: 0xff, count: 8) + [1],
    [0x5d, 0, 0, 0x80, 0] + [UInt8](repeating: 0xff, count: 8),
    [0x5d, 0, 0, 0, 0] + [UInt8](repeating: 0xff, count: 8) + [0],
  ]

  @Test("Anything else is not", arguments: strangers)
  func isNothing(_ bytes: [UInt8]) {
    #expect(Compression.detect(bytes.span) == nil)
  }

  @Test("lzma dictionaries of 2^n and 2^n + 2^(n-1) bytes are plausible")
  func dictionaries() {
    for high: UInt8 in [0x01, 0x03, 0x06, 0x0c, 0x18, 0x80, 0xc0] {
      let bytes = [0x5d, 0, 0, high, 0] + [UInt8](repeating: 0xff, count: 8) + [0]
      #expect(Compression.detect(bytes.span) == .lzma, "\(high)")
    }
  }

  @Test("Reading bytes as what they are not is refused", arguments: Packing.decoders)
  func wrongCompression(_ packing: Packing) throws {
    let packed = try packing.packed(Samples.text(5_000))
    for compression in Compression.allCases where compression != packing.compression {
      #expect(throws: InflationError.self) {
        try countInflated(packed.span, as: compression, limit: 1 << 20)
      }
    }
  }
}

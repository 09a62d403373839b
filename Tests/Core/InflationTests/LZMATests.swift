// SPDX-License-Identifier: Apache-2.0
import Inflation
import Testing

@Suite("lzma-alone streams")
struct LZMATests {
  static let text = "known size, no end mark, known size, no end mark\n"

  /// The text with its size in the header and without an end mark, as the LZMA SDK writes it.
  ///
  /// Made with liblzma 5.4.1: LZMA_FILTER_LZMA1EXT without LZMA_LZMA1EXT_ALLOW_EOPM, since `xz`
  /// itself always writes an end mark.
  static let knownSize: [UInt8] = [
    0x5d, 0x00, 0x00, 0x01, 0x00, 0x31, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x35, 0x9b,
    0x8a, 0x43, 0x0b, 0x4b, 0xbe, 0xb1, 0xe9, 0xae, 0x82, 0xc1, 0x35, 0x1b, 0xb8, 0x91, 0xbe, 0x89,
    0x89, 0x52, 0xd3, 0x53, 0xaa, 0xe6, 0x1c, 0xbb, 0x23, 0x85, 0xa4, 0x19, 0xa5, 0x00, 0x00,
  ]

  @Test(
    "A known size ends the stream, whatever stands behind it",
    arguments: [[], [0x31, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0]] as [[UInt8]])
  func knownSizeEnds(_ tail: [UInt8]) throws {
    let (output, inflated) = try inflateToArray(
      (Self.knownSize + tail).span, as: .lzma, limit: 49)
    #expect(output == Array(Self.text.utf8))
    #expect(inflated == Inflated(consumed: Self.knownSize.count, produced: 49))
  }

  @Test("A known size cut off anywhere is truncated")
  func knownSizeCut() {
    for count in Self.knownSize.indices {
      let error = #expect(throws: InflationError.self) {
        try countInflated(Self.knownSize.span.extracting(first: count), as: .lzma, limit: 49)
      }
      guard case .truncated = error else {
        Issue.record("\(count) bytes: \(String(describing: error))")
        continue
      }
    }
  }

  @Test("A known size in front of an end mark must be the true one", arguments: [-1, 0, 1])
  func knownSizeAndMark(_ difference: Int) throws {
    let bytes = Samples.text(777)
    var packed = try Tool("xz", "--format=lzma", "-c").run(bytes).output
    let size = bytes.count + difference
    for index in 0..<8 { packed[5 + index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
    if difference == 0 {
      let (output, inflated) = try inflateToArray(packed.span, as: .lzma, limit: 777)
      #expect(output == bytes)
      #expect(inflated.consumed == packed.count)
    } else {
      #expect(throws: InflationError.self) {
        try countInflated(packed.span, as: .lzma, limit: 1000)
      }
    }
  }
}

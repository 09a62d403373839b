// SPDX-License-Identifier: Apache-2.0
import Inflation
import Testing

@Suite("Legacy lz4 frames")
struct LegacyLZ4Tests {
  /// A frame whose last block is full, 8 MiB.
  private static let full = Samples.text(8 << 20)
  private static let packed = Result { try Tool("lz4", "-lc").run(full).output }

  static let ends: [(name: String, tail: [UInt8])] = [
    ("the input", []), ("zeros", [0, 0, 0, 0, 0]), ("fewer than 4 zeros", [0, 0]),
    ("another frame", [0x02, 0x21, 0x4c, 0x18, 1]), ("a new frame", [0x04, 0x22, 0x4d, 0x18]),
    ("the size word", [0, 0, 0x80, 0]),
  ]

  @Test("After a full block the frame ends where no block can follow", arguments: ends)
  func endsBefore(_ end: (name: String, tail: [UInt8])) throws {
    let packed = try Self.packed.get()
    let inflated = try countInflated((packed + end.tail).span, as: .lz4, limit: 8 << 20)
    #expect(inflated == Inflated(consumed: packed.count, produced: 8 << 20))
  }

  @Test("After a full block a broken length is an error, not an end")
  func brokenLength() throws {
    let packed = try Self.packed.get()
    for tail: [UInt8] in [[1], [0xff, 0xff, 0xff, 0xff], [9, 0, 0, 0], [5, 0, 0, 0, 1, 2]] {
      #expect(throws: InflationError.self) {
        try countInflated((packed + tail).span, as: .lz4, limit: 16 << 20)
      }
    }
  }

  @Test("Several blocks are one frame, and the kernel's size word behind it is left")
  func severalBlocks() throws {
    for count in [(8 << 20) + 1, 16 << 20, 20_582_580] {
      let bytes = Samples.text(count)
      let packed = try Tool("lz4", "-lc").run(bytes).output
      let word = (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
      let (output, inflated) = try inflateToArray(
        (packed + word).span, as: .lz4, limit: UInt64(count))
      #expect(inflated.consumed == packed.count)
      #expect(output == bytes)
    }
  }
}

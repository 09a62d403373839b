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

  /// A frame's chunks, the first of at most so many bytes.
  private static func chunks(_ frame: [UInt8], head: Int) throws -> (chunks: [[UInt8]], Inflated) {
    var chunks: [[UInt8]] = []
    let inflated = try inflate(frame.span, as: .lz4, limit: 64 << 20, head: head) { chunk in
      chunks.append(unsafe chunk.withUnsafeBufferPointer { unsafe Array($0) })
      return true
    }
    return (chunks, inflated)
  }

  @Test("Who wants the head first gets it, then all that follows", arguments: [1, 448, 99_999])
  func headFirst(_ head: Int) throws {
    for count in [1, 447, 448, 449, 100_000, (8 << 20) - 1, 8 << 20, (8 << 20) + 1] {
      let bytes = Samples.text(count)
      let packed = try Tool("lz4", "-lc").run(bytes).output
      let (chunks, inflated) = try Self.chunks(packed, head: head)
      #expect(chunks.first?.count == min(head, count))
      #expect(chunks.allSatisfy { !$0.isEmpty })
      #expect(chunks.flatMap(\.self) == bytes, "\(count)")
      #expect(inflated == Inflated(consumed: packed.count, produced: UInt64(count)))
    }
  }

  @Test("Who stops at the head is not held up by what comes behind it, which is an error to others")
  func headAlone() throws {
    var packed = try Self.packed.get()
    // The last sequences become literals that never end.
    for at in packed.count - 64..<packed.count { packed[at] = 0xff }
    var head: [UInt8] = []
    #expect(throws: InflationError.self) {
      _ = try inflate(packed.span, as: .lz4, limit: 8 << 20, head: 448) { chunk in
        head = unsafe chunk.withUnsafeBufferPointer { unsafe Array($0) }
        return false
      }
    }
    #expect(head == Array(Self.full.prefix(448)))
    #expect(throws: InflationError.self) {
      try countInflated(packed.span, as: .lz4, limit: 8 << 20)
    }
    #expect(throws: InflationError.self) { try Self.chunks(packed, head: 448) }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Inflation
import Testing

@Suite("Inflating what the real tools pack")
struct RoundTripTests {
  @Test("Every sample comes out as it went in", arguments: Packing.all)
  func roundTrip(_ packing: Packing) throws {
    for sample in Samples.all {
      let packed = try packing.packed(sample.bytes)
      let (output, inflated) = try inflateToArray(
        packed.span, as: packing.compression, limit: 16 << 20)
      #expect(output == sample.bytes, "\(sample.name)")
      #expect(inflated == Inflated(consumed: packed.count, produced: UInt64(sample.bytes.count)))
    }
  }

  @Test("Counting gives the length of the output and of the stream", arguments: Packing.all)
  func counting(_ packing: Packing) throws {
    let bytes = Samples.text(100_000)
    let packed = try packing.packed(bytes)
    #expect(
      try countInflated(packed.span, as: packing.compression, limit: 1 << 20)
        == Inflated(consumed: packed.count, produced: UInt64(bytes.count)))
  }

  @Test("Bytes behind the stream are left alone", arguments: Packing.all)
  func trailing(_ packing: Packing) throws {
    let bytes = Samples.text(50_000)
    let packed = try packing.packed(bytes)
    for tail in [[0, 0, 0, 0], [0x50, 0xc3, 0, 0], Samples.random(77, seed: 9), packed] {
      let (output, inflated) = try inflateToArray(
        (packed + tail).span, as: packing.compression, limit: 1 << 20)
      #expect(output == bytes)
      #expect(inflated.consumed == packed.count)
    }
  }

  @Test("The limit allows exactly as many bytes as it says", arguments: Packing.all)
  func limit(_ packing: Packing) throws {
    for count in [1, 27, 131_071, 131_072, 131_073, 262_144, 300_000] {
      let bytes = Samples.text(count)
      let packed = try packing.packed(bytes)
      let exact = try countInflated(packed.span, as: packing.compression, limit: UInt64(count))
      #expect(exact.produced == UInt64(count))
      var received = 0
      let error = #expect(throws: InflationError.self) {
        try inflate(packed.span, as: packing.compression, limit: UInt64(count - 1)) { chunk in
          received += chunk.count
          return true
        }
      }
      guard case .exceedsLimit(let position, let limit) = error else {
        Issue.record("\(count) bytes: \(String(describing: error))")
        continue
      }
      #expect(limit == UInt64(count - 1))
      #expect(position.produced == UInt64(received))
      #expect(received < count, "the sink never sees a byte beyond the limit")
    }
  }

  @Test("A limit of zero lets an empty stream pass", arguments: Packing.all)
  func zeroLimit(_ packing: Packing) throws {
    let packed = try packing.packed([])
    let inflated = try countInflated(packed.span, as: packing.compression, limit: 0)
    #expect(inflated == Inflated(consumed: packed.count, produced: 0))
  }

  @Test("A sink that wants no more ends inflating", arguments: Packing.all)
  func stopping(_ packing: Packing) throws {
    let bytes = Samples.text(600_000)
    let packed = try packing.packed(bytes)
    var received: [UInt8] = []
    let error = #expect(throws: InflationError.self) {
      try inflate(packed.span, as: packing.compression, limit: 1 << 20) { chunk in
        for index in chunk.indices { received.append(chunk[index]) }
        return false
      }
    }
    guard case .stopped(let position) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(position.produced == UInt64(received.count))
    #expect(!received.isEmpty && bytes.starts(with: received))
  }

  @Test("Members of a concatenated file are followed by what was consumed", arguments: Packing.all)
  func members(_ packing: Packing) throws {
    let parts = [Samples.text(70_000), Samples.armCode(4_000), Samples.random(999)]
    let file = try parts.flatMap { try packing.packed($0) }
    var offset = 0
    for part in parts {
      let (output, inflated) = try inflateToArray(
        file.span.extracting(droppingFirst: offset), as: packing.compression, limit: 1 << 20)
      #expect(output == part)
      offset += inflated.consumed
    }
    #expect(offset == file.count)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Inflation
import SeededRandom
import Testing

@Suite("Damaged streams")
struct DamageTests {
  @Test("A stream cut off anywhere is an error", arguments: Packing.all)
  func truncation(_ packing: Packing) throws {
    for sample in [Samples.text(900), Samples.random(40)] {
      let packed = try packing.packed(sample)
      for count in 0..<packed.count {
        // A legacy lz4 frame without a block is an empty one: `lz4 -l` writes nothing else then.
        if packing.name.hasPrefix("lz4 legacy"), count == 4 { continue }
        let cut = packed.span.extracting(first: count)
        do throws(InflationError) {
          let inflated = try countInflated(cut, as: packing.compression, limit: 1 << 20)
          Issue.record("\(count) of \(packed.count) bytes give \(inflated)")
        } catch {
          guard case .truncated = error else {
            Issue.record("\(count) of \(packed.count) bytes: \(error)")
            continue
          }
        }
      }
    }
  }

  @Test(
    "A flipped bit gives what the tool gives, or is an error for the tool, too",
    arguments: Packing.decoders)
  func flips(_ packing: Packing) throws {
    let seed: UInt64 = 61_176
    var numbers = SplitMix64(seed: seed)
    let sample = Samples.text(1500) + Samples.structured(seed: 5, most: 4000)
    let packed = try packing.packed(sample)
    var refused = 0
    for turn in 0..<2000 {
      var damaged = packed
      let bit = Int.random(in: 0..<(8 * packed.count), using: &numbers)
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      do throws(InflationError) {
        let (output, inflated) = try inflateToArray(
          damaged.span, as: packing.compression, limit: 1 << 20)
        // The tools refuse bytes behind the stream, which are the caller's business here.
        let outcome = try unpack(packing, Array(damaged.prefix(inflated.consumed)))
        #expect(
          outcome.status == 0 && outcome.output == output, "bit \(bit), turn \(turn), seed \(seed)")
      } catch {
        refused += 1
        #expect(error.position.compression == packing.compression)
        #expect(error.position.offset >= 0 && error.position.offset <= damaged.count)
        #expect(!error.description.isEmpty)
        // A process for each refusal would take minutes.
        if refused % 8 == 0, try unpack(packing, damaged).status == 0 {
          Issue.record("only the tool takes bit \(bit), turn \(turn), seed \(seed): \(error)")
        }
      }
    }
    if !packing.isUnchecked && packing.name != "lzop unchecked" {
      #expect(refused > 1900, "checksums catch nearly everything")
    }
  }

  /// A failure to run the tool is not a failure to inflate.
  private func unpack(_ packing: Packing, _ bytes: [UInt8]) throws(InflationError) -> Tool.Outcome {
    do {
      return try packing.unpack.run(bytes)
    } catch {
      Issue.record(error)
      return Tool.Outcome(status: -1, output: [])
    }
  }

  @Test("Noise behind a true magic neither traps nor hangs", arguments: Compression.allCases)
  func noise(_ compression: Compression) {
    for seed in UInt64(1)...1000 {
      var numbers = SplitMix64(seed: seed)
      let count = Int.random(in: 0...400, using: &numbers)
      let bytes = compression.magic + Samples.random(count, seed: seed)
      if let inflated = try? countInflated(bytes.span, as: compression, limit: 1 << 20) {
        #expect(inflated.consumed <= bytes.count, "seed \(seed)")
      }
    }
  }

  @Test("An error says what, where and after how much")
  func description() throws {
    let packed = try Tool("gzip", "-c").run(Samples.text(1000)).output
    let error = #expect(throws: InflationError.self) {
      try countInflated(packed.span.extracting(first: 40), as: .gzip, limit: 1000)
    }
    let text = try #require(error).description
    #expect(text.hasPrefix("gzip stream: the input ends too early at offset 40, after "))
    #expect(text.hasSuffix(" bytes of output"))
  }
}

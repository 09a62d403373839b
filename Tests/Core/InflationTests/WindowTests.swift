// SPDX-License-Identifier: Apache-2.0
import Digests
import Inflation
import Testing

/// What a stream's head says of the memory that decoding takes is a bound, and no need: no match reaches
/// further back than the output does.
@Suite("Dictionaries and windows")
struct WindowTests {
  /// States another dictionary in the header of the xz block that stands at an offset.
  ///
  /// Source: The .xz File Format 1.1.0, 3.1 (block header), 5.3.1 (LZMA2: one byte of properties).
  static func stateDictionary(
    _ code: UInt8, in stream: inout [UInt8], at block: Int
  ) throws {
    let bytes = (Int(stream[block]) + 1) * 4
    let end = block + bytes - 4
    let filter = try #require(
      (block + 2..<end - 2).first {
        stream[$0] == 0x21 && stream[$0 + 1] == 1
      })
    stream[filter + 2] = code
    let sum = CRC32.checksum(stream.span.extracting(block..<end))
    for index in 0..<4 { stream[end + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
  }

  /// An xz stream with another dictionary stated in each of its blocks.
  static func xz(
    _ bytes: [UInt8], _ code: UInt8, blocks: [Int] = [12], _ options: String...
  ) throws -> [UInt8] {
    var stream = try Tool("xz", arguments: ["-c"] + options).run(bytes).output
    for block in blocks { try stateDictionary(code, in: &stream, at: block) }
    return stream
  }

  @Test(
    "Every dictionary that xz can state is taken, up to 4 GiB less a byte",
    arguments: [0, 1, 18, 28, 30, 32, 38, 39, 40] as [UInt8],
    [["--check=crc32", "--arm"], ["--check=none"], ["--check=sha256", "--delta=dist=4"]])
  func everyDictionary(_ code: UInt8, _ options: [String]) throws {
    // What is stated must not be less than what is needed.
    let sample = Samples.text(4000)
    var stream = try Tool("xz", arguments: ["-c"] + options + ["--lzma2=dict=4KiB"])
      .run(sample).output
    try Self.stateDictionary(code, in: &stream, at: 12)
    let (output, inflated) = try inflateToArray(stream.span, as: .xz, limit: 4000)
    #expect(output == sample)
    #expect(inflated.consumed == stream.count)
    for behind in [[1, 2, 3, 4], [0, 0, 0, 0], stream] as [[UInt8]] {
      let counted = try countInflated((stream + behind).span, as: .xz, limit: 1 << 40)
      #expect(counted == inflated)
    }
  }

  @Test("The checks of a stream with a large dictionary are not skipped")
  func checks() throws {
    let sample = Samples.text(3000)
    for check in ["crc32", "crc64", "sha256"] {
      let stream = try Self.xz(sample, 40, "--check=" + check)
      // Header, block, check, index and footer: every byte counts, but for the padding's.
      for place in stream.indices {
        var damaged = stream
        damaged[place] ^= 0x10
        #expect(throws: InflationError.self, "byte \(place) of \(stream.count), \(check)") {
          try countInflated(damaged.span, as: .xz, limit: 3000)
        }
      }
    }
  }

  @Test("Each block of a stream has its own dictionary, bounded by what the largest block yields")
  func blocks() throws {
    let sample = Samples.structured(seed: 3, most: 20000) + Samples.text(9000)
    var stream = try Tool("xz", "-c", "--block-size=4096").run(sample).output
    // Where the blocks begin: each of one thread has its sizes in the index alone.
    var offsets: [Int] = []
    var at = 12
    for block in try Self.unpaddedSizes(stream) {
      offsets.append(at)
      at += (block + 3) & ~3
    }
    #expect(offsets.count > 2)
    for offset in offsets { try Self.stateDictionary(40, in: &stream, at: offset) }
    let (output, inflated) = try inflateToArray(stream.span, as: .xz, limit: UInt64(sample.count))
    #expect(output == sample && inflated.consumed == stream.count)
  }

  /// The first number of each record of the index.
  private static func unpaddedSizes(_ stream: [UInt8]) throws -> [Int] {
    let words = (0..<4).reduce(0) { $0 | Int(stream[stream.count - 8 + $1]) << (8 * $1) }
    var at = stream.count - 12 - (words + 1) * 4 + 1
    func number() -> Int {
      var value = 0
      var shift = 0
      repeat {
        value |= Int(stream[at] & 0x7f) << shift
        shift += 7
        at += 1
      } while stream[at - 1] & 0x80 != 0
      return value
    }
    return (0..<number()).map { _ in
      let unpadded = number()
      _ = number()
      return unpadded
    }
  }

  @Test("A block with its sizes in its header is taken with every dictionary")
  func sizesInHeader() throws {
    let sample = Samples.structured(seed: 9, most: 60000)
    // Several threads write the sizes into the headers.
    let stream = try Self.xz(sample, 40, "-T2", "--block-size=1MiB")
    #expect(try inflateToArray(stream.span, as: .xz, limit: 1 << 20).0 == sample)
  }

  @Test("The dictionary of lzma-alone is taken whatever it is, with the size known or not")
  func lzmaDictionary() throws {
    let sample = Samples.text(5000)
    let packed = try Tool("xz", "--format=lzma", "-c").run(sample).output
    for dictionary in [1 << 16, 1 << 27, 3 << 29, 1 << 31, UInt32.max] {
      for size in [UInt64.max, UInt64(sample.count)] {
        var stream = packed
        for index in 0..<4 {
          stream[1 + index] = UInt8(truncatingIfNeeded: dictionary >> (8 * index))
        }
        for index in 0..<8 { stream[5 + index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
        let (output, inflated) = try inflateToArray(stream.span, as: .lzma, limit: 5000)
        #expect(output == sample && inflated.consumed == stream.count)
      }
    }
  }

  /// A zstd frame of one raw block behind a header as RFC 8878 3.1.1.1 has it.
  static func frame(_ descriptor: UInt8, window: UInt8?, size: [UInt8], _ content: [UInt8])
    -> [UInt8]
  {
    let block = content.count << 3 | 1
    return [0x28, 0xb5, 0x2f, 0xfd, descriptor] + (window.map { [$0] } ?? []) + size
      + (0..<3).map { UInt8(truncatingIfNeeded: block >> (8 * $0)) } + content
  }

  @Test("A zstd window is taken whatever it is, and no more of it than the output fills")
  func zstdWindow() throws {
    let content = Samples.text(700)
    // 2^10 to 2^41 bytes, and seven eighths beyond.
    for window in stride(from: UInt8(0), through: 255, by: 5) {
      let frame = Self.frame(0, window: window, size: [], content)
      let (output, inflated) = try inflateToArray(frame.span, as: .zstd, limit: 700)
      #expect(output == content && inflated.consumed == frame.count, "window \(window)")
      let sized = Self.frame(0x40, window: window, size: [0xbc, 0x01], content)
      #expect(try inflateToArray(sized.span, as: .zstd, limit: 700).0 == content)
    }
    let long = try Tool("zstd", "-c", "--ultra", "-22", "--long=31").run(content).output
    #expect(try inflateToArray(long.span, as: .zstd, limit: 700).0 == content)
  }

  @Test("A zstd frame of a single segment must yield what it states")
  func singleSegment() throws {
    let content = Samples.text(200)
    for (descriptor, size) in [
      (0x20, [200]), (0xa0, [200, 0, 0, 0]), (0xe0, [200, 0, 0, 0, 0, 0, 0, 0]),
    ] as [(UInt8, [UInt8])] {
      let frame = Self.frame(descriptor, window: nil, size: size, content)
      #expect(try inflateToArray(frame.span, as: .zstd, limit: 200).0 == content)
      var lying = frame
      lying[5] = 199
      #expect(throws: InflationError.self) {
        try countInflated(lying.span, as: .zstd, limit: 200)
      }
    }
    // 4 GiB and more are stated, and 200 bytes come.
    let huge = Self.frame(0xe0, window: nil, size: [200, 0, 0, 0, 1, 0, 0, 0], content)
    #expect(throws: InflationError.self) { try countInflated(huge.span, as: .zstd, limit: 200) }
  }

  @Test("Matches as far back as the whole output are found, whatever the limit", arguments: [0, 1])
  func farMatches(_ more: UInt64) throws {
    let noise = Samples.random(300_000)
    let sample = noise + Samples.text(70_000) + noise
    for packing in [
      Packing("xz", .xz, Tool("xz", "-c", "--lzma2=dict=128MiB"), Tool("xz", "-dc")),
      Packing("lzma", .lzma, Tool("xz", "--format=lzma", "-c", "-9"), Tool("xz", "-dc")),
      Packing("zstd", .zstd, Tool("zstd", "-c", "-19", "--long=31"), Tool("zstd", "-dc")),
    ] {
      let packed = try packing.packed(sample)
      #expect(packed.count < 400_000, "\(packing.name) packs the noise once")
      let limit = UInt64(sample.count) + more
      #expect(try inflateToArray(packed.span, as: packing.compression, limit: limit).0 == sample)
      let error = #expect(throws: InflationError.self) {
        try countInflated(packed.span, as: packing.compression, limit: limit - more - 1)
      }
      guard case .exceedsLimit = error else {
        Issue.record("\(packing.name): \(String(describing: error))")
        continue
      }
    }
  }

  @Test("A head is the beginning of what comes out", arguments: Packing.all)
  func head(_ packing: Packing) throws {
    let sample = Samples.structured(seed: 21, most: 30000) + Samples.text(5000)
    let packed = try packing.packed(sample)
    for count in [1, 6, 448, 1024, sample.count, sample.count + 1] {
      var output: [UInt8] = []
      _ = try? inflate(packed.span, as: packing.compression, limit: .max, head: count) { chunk in
        unsafe chunk.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
        return output.count < count
      }
      #expect(output.count >= min(count, sample.count))
      #expect(output == Array(sample.prefix(output.count)), "\(count) bytes")
    }
  }
}

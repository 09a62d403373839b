// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// What inflating to the end gave.
struct WholeInflation {
  /// What came out.
  let bytes: [UInt8]
  /// The bytes of input that belong to the compressed stream.
  let consumed: Int
}

/// Inflates everything into memory.
///
/// `offset` is where the input stands, for the error.
/// `expected` is the number of bytes that come out, when it is known; another is an error. Decoders
/// take no more memory than it asks for.
func inflateAll(
  _ input: Span<UInt8>, _ compression: Compression, at offset: UInt64, limit: UInt64,
  expected: UInt64? = nil
) throws(KernelImageError) -> WholeInflation {
  do throws(InflationError) {
    let (bytes, inflated) = try inflateToArray(
      input, as: compression, limit: min(limit, expected ?? .max),
      expected: Int(exactly: expected ?? 0) ?? 0)
    return WholeInflation(bytes: bytes, consumed: inflated.consumed)
  } catch {
    if case .exceedsLimit = error, let expected, expected < limit {
      throw .checksum(
        what: "the size of the " + compression.rawValue + " data",
        stored: ByteCount(expected).description, computed: "more")
    }
    throw .inflation(what: "the " + compression.rawValue + " data", offset: offset, cause: error)
  }
}

/// Inflates to the end and keeps nothing but what a scan keeps.
///
/// Gives the bytes of input that belong to the compressed stream.
func inflate(
  _ input: Span<UInt8>, _ compression: Compression, into scan: inout InflatedImageScan,
  at offset: UInt64, limit: UInt64
) throws(KernelImageError) -> Int {
  do {
    return try Inflation.inflate(input, as: compression, limit: limit) { chunk in
      scan.take(chunk)
      return true
    }.consumed
  } catch {
    throw .inflation(what: "the " + compression.rawValue + " data", offset: offset, cause: error)
  }
}

/// Inflates the first bytes only.
///
/// Gives at most `count` bytes; fewer when the stream ends before.
func inflatePrefix(
  _ input: Span<UInt8>, _ compression: Compression, count: Int
) throws(InflationError) -> [UInt8] {
  var head: [UInt8] = []
  do throws(InflationError) {
    _ = try Inflation.inflate(input, as: compression, limit: .max, head: count) { chunk in
      let part = ByteReader(chunk).copy(0, min(chunk.count, count - head.count)) ?? []
      // Mostly all comes at once.
      if head.isEmpty { head = part } else { head += part }
      return head.count < count
    }
  } catch {
    guard head.count >= count else { throw error }
  }
  return head
}

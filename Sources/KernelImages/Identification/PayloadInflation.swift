// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// The result of inflating to the end.
struct WholeInflation {
  /// The output.
  let bytes: [UInt8]
  /// The bytes of input that belong to the compressed stream.
  let consumed: Int
}

/// Inflates everything into memory.
///
/// `offset` is the place of the input, for the error. `expected` is the size of the output, when it
/// is known; another size is an error. Decoders use no more memory than it needs.
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

/// Inflates to the end and keeps only the result of a scan.
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
      // Mostly the first part is all of it.
      if head.isEmpty { head = part } else { head += part }
      return head.count < count
    }
  } catch {
    guard head.count >= count else { throw error }
  }
  return head
}

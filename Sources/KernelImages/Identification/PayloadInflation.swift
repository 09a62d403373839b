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
/// `expected` is the number of bytes that will come out, when it is known.
func inflateAll(
  _ input: Span<UInt8>, _ compression: Compression, at offset: UInt64, limit: UInt64,
  expected: UInt64? = nil
) throws(KernelImageError) -> WholeInflation {
  do {
    let (bytes, inflated) = try inflateToArray(
      input, as: compression, limit: limit, expected: Int(exactly: expected ?? 0) ?? 0)
    return WholeInflation(bytes: bytes, consumed: inflated.consumed)
  } catch {
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
/// Gives at most `count` bytes; fewer when the stream ends before; nil when it is damaged.
func inflatePrefix(_ input: Span<UInt8>, _ compression: Compression, count: Int) -> [UInt8]? {
  var head: [UInt8] = []
  do {
    _ = try Inflation.inflate(input, as: compression, limit: .max, chunk: count) { chunk in
      let part = ByteReader(chunk).copy(0, min(chunk.count, count - head.count)) ?? []
      // Mostly all comes at once.
      if head.isEmpty { head = part } else { head += part }
      return head.count < count
    }
  } catch {
    return head.count >= count ? head : nil
  }
  return head
}

// SPDX-License-Identifier: Apache-2.0

/// Counts the output of a stream, enforces the limit and makes the errors.
struct Outflow {
  let compression: Compression
  let limit: UInt64
  private(set) var produced: UInt64 = 0

  init(_ compression: Compression, limit: UInt64) {
    self.compression = compression
    self.limit = limit
  }

  /// The number of bytes that may still come.
  var allowance: UInt64 { limit - produced }

  /// Hands a chunk to the sink.
  ///
  /// - Parameters:
  ///   - chunk: The output, not empty.
  ///   - offset: The bytes of input used so far.
  ///   - sink: The receiver of the output.
  /// - Throws: ``InflationError/exceedsLimit(_:limit:)`` before the sink sees a byte too many,
  ///   ``InflationError/stopped(_:)`` when the sink wants no more.
  mutating func give(
    _ chunk: Span<UInt8>, at offset: Int, to sink: (Span<UInt8>) -> Bool
  ) throws(InflationError) {
    guard UInt64(chunk.count) <= allowance else {
      throw .exceedsLimit(position(offset), limit: limit)
    }
    produced += UInt64(chunk.count)
    guard sink(chunk) else { throw .stopped(position(offset)) }
  }

  func position(_ offset: Int) -> InflationError.Position {
    InflationError.Position(compression: compression, offset: offset, produced: produced)
  }
}

// SPDX-License-Identifier: Apache-2.0
import CInflation
import PhysicalMemory

/// Inflates one stream piece by piece.
///
/// The stream begins at byte 0. Bytes behind its end are no error; ``Inflated/consumed`` says where
/// they begin, so the caller can read a file of several members by inflating the rest again. All
/// checksums of the stream are verified. A fault may be found after output was given: the output is
/// valid only when this returns.
///
/// A legacy lz4 frame has neither a mark nor a checksum at its end: a frame that is cut off between
/// two blocks is a shorter, valid stream.
///
/// - Parameters:
///   - input: The stream and any bytes behind it.
///   - compression: The compression of the stream.
///   - limit: The most bytes of output (inclusive).
///   - head: The number of first bytes that are wanted; nil for all. Inflating then ends with
///     ``InflationError/stopped(_:)`` and needs memory for little more. A legacy lz4 frame gives
///     its first chunk, and lzo has blocks of its own: there the sink must stop.
///   - sink: Gets the output in order, in chunks that are never empty. Returning false ends
///     inflating with ``InflationError/stopped(_:)``.
/// - Returns: The length of the stream in the input and of the output.
/// - Throws: ``InflationError`` with the place in the input.
public func inflate(
  _ input: Span<UInt8>, as compression: Compression, limit: UInt64, head: Int? = nil,
  sink: (Span<UInt8>) -> Bool
) throws(InflationError) -> Inflated {
  var outflow = Outflow(compression, limit: limit)
  let reader = ByteReader(input)
  let isLZ4Frame = compression == .lz4 && reader.byte(at: 0) == Compression.lz4FrameMagic[0]
  if compression == .lzma {
    // The parameters of lzma are no magic: others than a kernel's are decoded, too.
    guard Compression.hasPlausibleLZMAHeader(reader) else {
      throw .corrupt(outflow.position(0), "the header is not one of lzma")
    }
  } else {
    let magic = isLZ4Frame ? Compression.lz4FrameMagic : compression.magic
    for index in 0..<min(magic.count, input.count) where input[index] != magic[index] {
      throw .corrupt(outflow.position(index), "the first bytes are not those of this compression")
    }
  }
  let kind: inflation_kind
  switch compression {
  case .gzip: kind = INFLATION_KIND_GZIP
  case .xz: kind = INFLATION_KIND_XZ
  case .lzma: kind = INFLATION_KIND_LZMA
  case .zstd: kind = INFLATION_KIND_ZSTD
  case .bzip2: kind = INFLATION_KIND_BZIP2
  case .lzo: return try inflateLZOP(reader, &outflow, sink: sink)
  case .lz4:
    guard isLZ4Frame else {
      return try inflateLegacyLZ4(reader, &outflow, head: head, sink: sink)
    }
    // Source: LZ4 Frame Format Description 1.6.3, FLG byte, bit 0.
    if let flags = reader.byte(at: 4), flags & 1 != 0 {
      throw .unsupported(outflow.position(4), "an lz4 dictionary")
    }
    kind = INFLATION_KIND_LZ4_FRAME
  }
  return try inflateByLibrary(
    input, kind, &outflow, wanted: head.map { UInt64(max(1, $0)) }, sink: sink)
}

/// Inflates one stream into an array.
///
/// - Parameters:
///   - input: The stream and any bytes behind it.
///   - compression: The compression of the stream.
///   - limit: The most bytes of output.
///   - expected: The bytes of output to reserve room for. It may come from the untrusted input. So
///     no more is reserved than `limit`, 128 MiB, or 1024 times the input; for longer output the
///     room grows fourfold.
/// - Returns: The output, and the length of the stream in the input.
/// - Throws: ``InflationError`` with the place in the input.
public func inflateToArray(
  _ input: Span<UInt8>, as compression: Compression, limit: UInt64, expected: Int = 0
) throws(InflationError) -> ([UInt8], Inflated) {
  var output: [UInt8] = []
  let most = min(limit, DecoderMemory.reservation)
  let wanted = min(UInt64(max(expected, 0)), most)
  // Little input that announces much output is trusted in steps of four. So the last step, with the
  // old and the new room in memory at once, takes no more than five quarters of the output.
  var step = wanted
  // Each turn makes it smaller, since it is larger than 1.
  while step > max(1, UInt64(input.count) << 10) { step = (step + 3) / 4 }
  output.reserveCapacity(Int(truncatingIfNeeded: step))
  let inflated = try inflate(input, as: compression, limit: limit) { chunk in
    let count = UInt64(output.count) + UInt64(chunk.count)
    let capacity = UInt64(output.capacity)
    if count > capacity {
      // An array left to itself grows to twice its size, whatever the limit.
      let next = count <= wanted ? min(capacity * 4, wanted) : min(capacity * 2, most)
      output.reserveCapacity(Int(truncatingIfNeeded: max(next, count)))
    }
    unsafe chunk.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
    return true
  }
  return (output, inflated)
}

/// Inflates one stream and keeps only the count.
///
/// It needs the memory of the decoder and one chunk of output.
///
/// - Parameters:
///   - input: The stream and any bytes behind it.
///   - compression: The compression of the stream.
///   - limit: The most bytes of output.
/// - Returns: The length of the stream in the input and of the output.
/// - Throws: ``InflationError`` with the place in the input.
public func countInflated(
  _ input: Span<UInt8>, as compression: Compression, limit: UInt64
) throws(InflationError) -> Inflated {
  try inflate(input, as: compression, limit: limit) { _ in true }
}

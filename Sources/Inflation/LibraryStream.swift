// SPDX-License-Identifier: Apache-2.0
import CInflation

/// Inflates one stream with the decoder of a C library.
func inflateByLibrary(
  _ input: Span<UInt8>, _ kind: inflation_kind, _ outflow: inout Outflow,
  chunk: Int, sink: (Span<UInt8>) -> Bool
) throws(InflationError) -> Inflated {
  let decoder = try StreamDecoder(kind, for: outflow)
  let buffer = try OutputBuffer(capacity: chunk, at: outflow.position(0))
  var consumed = 0
  while true {
    // One byte more than allowed, so that a stream ending exactly at the limit is told from one
    // that goes on.
    let allowance = outflow.allowance
    let room =
      allowance < UInt64(buffer.capacity) ? Int(truncatingIfNeeded: allowance) + 1 : buffer.capacity
    let step = decoder.step(input, from: consumed, into: buffer, room: room)
    consumed += step.consumed
    switch step.status {
    case INFLATION_MORE, INFLATION_END:
      break
    case INFLATION_UNSUPPORTED:
      throw .unsupported(outflow.position(consumed), "a feature this stream uses")
    case INFLATION_NEEDS_TOO_MUCH_MEMORY:
      throw .needsTooMuchMemory(
        outflow.position(consumed), needed: decoder.memoryNeeded,
        limit: kind == INFLATION_KIND_ZSTD
          ? 1 << UInt64(DecoderMemory.zstdWindowLog) : DecoderMemory.lzma)
    case INFLATION_OUT_OF_MEMORY:
      throw .outOfMemory(outflow.position(consumed))
    default:
      throw .corrupt(outflow.position(consumed), "the data are damaged")
    }
    if step.produced > 0 {
      try outflow.give(buffer.prefix(step.produced), at: consumed, to: sink)
    }
    if step.status == INFLATION_END {
      return Inflated(consumed: consumed, produced: outflow.produced)
    }
    // A decoder that can use no input and make no output will not do so later either.
    if step.consumed == 0 && step.produced == 0 {
      guard consumed == input.count else {
        throw .corrupt(outflow.position(consumed), "the decoder makes no progress")
      }
      throw .truncated(outflow.position(consumed))
    }
  }
}

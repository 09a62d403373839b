// SPDX-License-Identifier: Apache-2.0
import CInflation
import PhysicalMemory

/// Inflates one stream with the decoder of a C library.
///
/// `wanted` is the number of first bytes that are wanted; nil for all.
///
/// The decoder gets no more memory than the output can fill: windows and dictionaries have the
/// stated size or that of the largest output, whichever is less.
func inflateByLibrary(
  _ input: Span<UInt8>, _ kind: inflation_kind, _ outflow: inout Outflow, wanted: UInt64?,
  sink: (Span<UInt8>) -> Bool
) throws(InflationError) -> Inflated {
  // One byte more than the limit, to distinguish a stream that ends exactly there from a longer
  // one.
  let most = min(wanted ?? .max, outflow.limit == .max ? .max : outflow.limit + 1)
  var largestBlock = most
  var head: BoundedHead?
  switch kind {
  case INFLATION_KIND_XZ:
    if wanted == nil, let index = XZIndex(ofStream: input) {
      largestBlock = min(most, index.largestBlock)
    }
  case INFLATION_KIND_LZMA: head = BoundedHead(lzma: ByteReader(input), output: most)
  case INFLATION_KIND_ZSTD: head = BoundedHead(zstd: ByteReader(input), output: most)
  default: break
  }
  let decoder = try StreamDecoder(kind, largestBlock: largestBlock, for: outflow)
  let buffer = try OutputBuffer(
    capacity: Int(truncatingIfNeeded: max(1, min(most, UInt64(DecoderMemory.chunk)))),
    at: outflow.position(0))
  var consumed = 0
  if let head {
    let step = decoder.step(head.bytes.span, from: 0, into: buffer, room: buffer.capacity)
    if let fault = decoder.fault(step.status, outflow.position(0), window: head.window) {
      throw fault
    }
    guard step.consumed == head.bytes.count, step.produced == 0 else {
      throw .corrupt(outflow.position(0), "the data are damaged")
    }
    consumed = head.replaced
  }
  while true {
    let left = most - outflow.produced
    let room =
      left < UInt64(buffer.capacity) ? Int(truncatingIfNeeded: left) : buffer.capacity
    let step = decoder.step(input, from: consumed, into: buffer, room: room)
    consumed += step.consumed
    if let fault = decoder.fault(
      step.status, outflow.position(consumed), window: head?.window)
    {
      throw fault
    }
    if step.produced > 0 {
      try outflow.give(buffer.prefix(step.produced), at: consumed, to: sink)
    }
    if step.status == INFLATION_END {
      return Inflated(consumed: consumed, produced: outflow.produced)
    }
    if outflow.produced == wanted { throw .stopped(outflow.position(consumed)) }
    // A decoder that can use no input and make no output will not do so later either.
    if step.consumed == 0 && step.produced == 0 {
      guard consumed == input.count else {
        throw .corrupt(outflow.position(consumed), "the decoder makes no progress")
      }
      throw .truncated(outflow.position(consumed))
    }
  }
}

extension StreamDecoder {
  /// The error of a failed step; nil when the step succeeded.
  ///
  /// `window` is what the stream's head states, in bytes.
  fileprivate func fault(
    _ status: inflation_status, _ position: InflationError.Position, window: UInt64?
  ) -> InflationError? {
    switch status {
    case INFLATION_MORE, INFLATION_END: nil
    case INFLATION_UNSUPPORTED: .unsupported(position, "a feature this stream uses")
    case INFLATION_OUT_OF_MEMORY:
      if let needed = memoryNeeded ?? window {
        .needsTooMuchMemory(position, needed: needed)
      } else {
        .outOfMemory(position)
      }
    default: .corrupt(position, "the data are damaged")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// Inflates one lzop file, block by block, and verifies its checksums.
///
/// Source: Linux 6.1 lib/decompress_unlzo.c (blocks, end mark 0); lzop 1.04 src/lzop.h (checksums:
/// Adler-32 before CRC-32, of the output before of the input, the latter only when compressed).
func inflateLZOP(
  _ reader: ByteReader, _ outflow: inout Outflow, sink: (Span<UInt8>) -> Bool
) throws(InflationError) -> Inflated {
  let header = try LZOPHeader(reader, outflow)
  var offset = header.length
  var buffer = try OutputBuffer(capacity: 0, at: outflow.position(offset))
  // Each turn uses at least the 4 bytes of a block's length.
  while let block = try LZOPBlock(reader, at: offset, header.flags, outflow) {
    let payload = block.payload
    let end = block.payloadOffset + block.payloadLength
    try block.input.verify(payload, "compressed", outflow.position(block.payloadOffset))
    if block.isStored {
      try block.output.verify(payload, "stored", outflow.position(block.payloadOffset))
      try outflow.give(payload, at: end, to: sink)
    } else {
      if buffer.capacity < block.outputLength {
        buffer = try OutputBuffer(capacity: block.outputLength, at: outflow.position(offset))
      }
      try inflateBlock(block, into: buffer, outflow)
      let output = buffer.prefix(block.outputLength)
      try block.output.verify(output, "inflated", outflow.position(block.payloadOffset))
      try outflow.give(output, at: end, to: sink)
    }
    offset = end
  }
  return Inflated(consumed: offset + 4, produced: outflow.produced)
}

/// Inflates one block to exactly its stated length.
private func inflateBlock(
  _ block: borrowing LZOPBlock, into buffer: OutputBuffer, _ outflow: borrowing Outflow
) throws(InflationError) {
  var room = buffer.mutablePrefix(block.outputLength)
  let count: Int
  do throws(LZO1XFault) {
    count = try inflateLZO1X(block.payload, into: &room)
  } catch {
    throw .corrupt(
      outflow.position(block.payloadOffset + error.offset), error.kind.rawValue)
  }
  guard count == block.outputLength else {
    throw .corrupt(
      outflow.position(block.payloadOffset),
      "the LZO block inflates to \(count) bytes instead of \(block.outputLength)")
  }
}

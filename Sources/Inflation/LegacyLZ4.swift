// SPDX-License-Identifier: Apache-2.0
import CInflation
import PhysicalMemory

/// Facts about the legacy lz4 frame, which kernels use.
///
/// Source: LZ4 Frame Format Description 1.6.3, "Legacy frame"; Linux 6.1 lib/decompress_unlz4.c.
private enum LegacyLZ4 {
  /// The inflated size of every block except the last, in bytes.
  static let fullBlock = 8 << 20

  /// The most bytes a block can take: incompressible input grows by 1 in 255, plus 16.
  static let largestBlock = fullBlock + fullBlock / 255 + 16
}

/// Inflates one legacy lz4 frame, block by block.
///
/// The frame has no end mark. A block that inflates to less than 8 MiB is the last. After a full
/// block the frame ends with the input, before zeros, before the magic of another frame, or before
/// the word with which the kernel's build appends the inflated size; anything else must be a block.
///
/// `head` is the part of the first block that is given before the block is inflated whole, in
/// bytes; nil for none. A caller that stops there saves 8 MiB of work.
func inflateLegacyLZ4(
  _ reader: ByteReader, _ outflow: inout Outflow, head: Int?, sink: (Span<UInt8>) -> Bool
) throws(InflationError) -> Inflated {
  var offset = Compression.lz4.magic.count
  guard reader.holds(offset, 0) else { throw .truncated(outflow.position(reader.count)) }
  let buffer = try OutputBuffer(capacity: LegacyLZ4.fullBlock, at: outflow.position(offset))
  // Each turn uses at least the 4 bytes of a block's length.
  while !isEnd(of: reader, at: offset) {
    guard let word = reader.littleEndian32(at: offset) else {
      throw .truncated(outflow.position(offset))
    }
    let mayBeSizeWord =
      outflow.produced > 0 && word == UInt32(truncatingIfNeeded: outflow.produced)
    guard let length = Int(exactly: word), length <= LegacyLZ4.largestBlock else {
      if mayBeSizeWord { break }
      throw .corrupt(outflow.position(offset), "a block of \(word) bytes is too long")
    }
    guard let block = reader.slice(offset + 4, length) else {
      if mayBeSizeWord { break }
      throw .truncated(outflow.position(offset))
    }
    var given = 0
    if let head, head < LegacyLZ4.fullBlock, outflow.produced == 0 {
      given = decode(block, into: buffer, head: head)
      if given > 0 { try outflow.give(buffer.prefix(given), at: offset, to: sink) }
    }
    let count = decode(block, into: buffer)
    guard count >= 0, given >= 0 else {
      throw .corrupt(outflow.position(offset), "the block is damaged")
    }
    offset += 4 + length
    if count > given {
      try outflow.give(buffer.prefix(count).extracting(given...), at: offset, to: sink)
    }
    if count < LegacyLZ4.fullBlock { break }
  }
  return Inflated(consumed: offset, produced: outflow.produced)
}

/// Whether no block can follow.
private func isEnd(of reader: ByteReader, at offset: Int) -> Bool {
  if reader.matches(Compression.lz4.magic, at: offset) { return true }
  if reader.matches(Compression.lz4FrameMagic, at: offset) { return true }
  for index in offset..<min(reader.count, offset + 4) where reader.byte(at: index) != 0 {
    return false
  }
  return true
}

/// Inflates one block, or its first `head` bytes, to the beginning of the buffer; a negative count
/// means damage.
private func decode(_ block: Span<UInt8>, into buffer: OutputBuffer, head: Int? = nil) -> Int {
  let target = unsafe buffer.base
  let capacity = buffer.capacity
  defer { extendLifetime(buffer) }
  return unsafe block.withUnsafeBufferPointer { bytes in
    if let head {
      let wanted = min(max(head, 0), capacity)
      return Int(unsafe inflation_lz4_block_head(bytes.baseAddress, bytes.count, target, wanted))
    }
    return Int(unsafe inflation_lz4_block(bytes.baseAddress, bytes.count, target, capacity))
  }
}

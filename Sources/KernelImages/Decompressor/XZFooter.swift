// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// The end of an xz stream, which tells where the stream begins and what it inflates to.
///
/// Source: The .xz File Format 1.1.0, 2.1.2 (footer), 4 (index).
enum XZFooter {
  /// The bytes of the header, and of the footer.
  private static let edge = 12
  /// Blocks that are counted; xz for the kernel writes one.
  private static let mostBlocks = 4096

  /// Finds the first byte of a stream of which the last is known; nil when the bytes before it are not
  /// the index and footer of an xz stream.
  ///
  /// `end` is the offset behind the last byte.
  static func streamStart(_ image: Span<UInt8>, endingAt end: Int) -> Int? {
    stream(image, endingAt: end)?.start
  }

  /// Finds the first byte of such a stream, and how many bytes it inflates to.
  static func stream(
    _ image: Span<UInt8>, endingAt end: Int
  ) -> (start: Int, inflatedBytes: UInt64)? {
    let reader = ByteReader(image)
    guard reader.holds(end - edge, edge), reader.matches([0x59, 0x5a], at: end - 2),
      let stored = reader.littleEndian32(at: end - edge),
      let checked = reader.slice(end - 8, 6), CRC32.checksum(checked) == stored,
      let words = reader.littleEndian32(at: end - 8),
      let indexBytes = Int(exactly: (UInt64(words) + 1) * 4),
      let index = reader.slice(end - edge - indexBytes, indexBytes), index[0] == 0
    else { return nil }
    var at = 1
    guard let blocks = number(index, &at), blocks <= mostBlocks else { return nil }
    var total = UInt64(2 * edge + indexBytes)
    var inflated: UInt64 = 0
    for _ in 0..<blocks {
      guard let block = number(index, &at), let size = number(index, &at),
        block <= UInt64(image.count)
      else { return nil }
      // The bytes of all blocks together; each is padded to words.
      total += (block + 3) & ~3
      inflated = saturatingSum(inflated, size)
    }
    guard let total = Int(exactly: total), total <= end else { return nil }
    return (end - total, inflated)
  }

  /// Reads a number of seven bits a byte, the lowest first.
  private static func number(_ index: Span<UInt8>, _ at: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < index.count, shift < 63 {
      let byte = index[at]
      at += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}

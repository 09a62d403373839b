// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// The index at the end of an xz stream: the start of the stream, and the size of its output.
///
/// Source: The .xz File Format 1.1.0, 2.1.2 (footer), 2.2 (padding), 4 (index).
package struct XZIndex {
  /// The offset of the stream's first byte.
  package let start: Int
  /// The output of the largest block in bytes.
  let largestBlock: UInt64
  /// The bytes of output of all blocks together.
  package let outputBytes: UInt64

  /// The bytes of the header, and of the footer.
  private static let edge = 12
  /// The most blocks that are read; xz for the kernel writes one.
  private static let mostBlocks = 4096
  /// The most footers that are tried in the search for the end of a stream. Incompressible data
  /// stand unchanged in a stream, and may hold a stream themselves.
  private static let mostFooters = 256

  /// Reads the index of a stream with a known end; nil when the bytes before the end are not the
  /// index and footer of an xz stream.
  ///
  /// - Parameters:
  ///   - bytes: The bytes with the stream.
  ///   - end: The offset behind its last byte.
  package init?(_ bytes: Span<UInt8>, endingAt end: Int) {
    let reader = ByteReader(bytes)
    guard reader.holds(end - Self.edge, Self.edge), reader.matches([0x59, 0x5a], at: end - 2),
      let stored = reader.littleEndian32(at: end - Self.edge),
      let checked = reader.slice(end - 8, 6), CRC32.checksum(checked) == stored,
      let words = reader.littleEndian32(at: end - 8),
      let indexBytes = Int(exactly: (UInt64(words) + 1) * 4),
      let index = reader.slice(end - Self.edge - indexBytes, indexBytes), index[0] == 0
    else { return nil }
    var at = 1
    guard let blocks = Self.number(index, &at), blocks <= Self.mostBlocks else { return nil }
    var total = UInt64(2 * Self.edge + indexBytes)
    var largest: UInt64 = 0
    var all: UInt64 = 0
    for _ in 0..<blocks {
      guard let block = Self.number(index, &at), let output = Self.number(index, &at),
        block <= UInt64(bytes.count)
      else { return nil }
      // The bytes of all blocks together; each is padded to words.
      total += (block + 3) & ~3
      largest = max(largest, output)
      let (sum, overflow) = all.addingReportingOverflow(output)
      guard !overflow else { return nil }
      all = sum
    }
    guard let total = Int(exactly: total), total <= end else { return nil }
    start = end - total
    largestBlock = largest
    outputBytes = all
  }

  /// Finds the end of the stream that begins at byte 0, with any bytes behind it.
  init?(ofStream bytes: Span<UInt8>) {
    var last = bytes.count
    while last > 0, bytes[last - 1] == 0 { last -= 1 }
    // Streams and their padding are multiples of four bytes.
    if let index = Self(bytes, endingAt: last & ~3), index.start == 0 {
      self = index
      return
    }
    var footers = 0
    for end in stride(from: 2 * Self.edge, through: last, by: 4)
    where bytes[end - 2] == 0x59 && bytes[end - 1] == 0x5a {
      if let index = Self(bytes, endingAt: end), index.start == 0 {
        self = index
        return
      }
      footers += 1
      if footers == Self.mostFooters { return nil }
    }
    return nil
  }

  /// Reads a number in groups of seven bits, the lowest first.
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

// SPDX-License-Identifier: Apache-2.0
import CInflation
import PhysicalMemory

/// The head of a stream, changed so that it states no more decoder memory than the output needs.
///
/// A match reaches back at most to the first byte of the output, so a window as large as the output
/// is always enough. Decoders allocate the window that the head states.
struct BoundedHead {
  /// The bytes for the decoder in place of the stream's own head.
  let bytes: [UInt8]
  /// The bytes of the stream's own head.
  let replaced: Int
  /// The window that they state, in bytes.
  let window: UInt64

  /// The head of an lzma-alone stream with a dictionary of at most `output` bytes; nil when it is
  /// cut off.
  ///
  /// Source: XZ Utils 5.4 doc/lzma-file-format.txt section 1.1.
  init?(lzma reader: ByteReader, output: UInt64) {
    guard let properties = reader.byte(at: 0), let dictionary = reader.littleEndian32(at: 1),
      let size = reader.littleEndian64(at: 5)
    else { return nil }
    // An unknown size is all ones, more than any other.
    let window = UInt32(clamping: min(UInt64(dictionary), output, size))
    bytes = [properties] + (0..<4).map { UInt8(truncatingIfNeeded: window >> (8 * $0)) }
    replaced = 5
    self.window = UInt64(window)
  }

  /// The head of a zstd frame with a window of hardly more than `output` bytes. It is nil when the
  /// head is cut off, or has a form that the library should refuse.
  ///
  /// A frame of a single segment uses its content's size as window. It becomes one with a window of
  /// its own; the size stays, since the library checks it.
  ///
  /// Source: RFC 8878 section 3.1.1.1.
  init?(zstd reader: ByteReader, output: UInt64) {
    guard let descriptor = reader.byte(at: 4) else { return nil }
    let isSingleSegment = descriptor & 0x20 != 0
    // A reserved bit, or a dictionary, which no kernel uses.
    guard descriptor & 0x0b == 0 else { return nil }
    var at = 5
    var stated: UInt64 = 0
    if !isSingleSegment {
      guard let byte = reader.byte(at: at) else { return nil }
      stated = Self.window(of: byte)
      at += 1
    }
    var size: UInt64?
    switch (descriptor >> 6, isSingleSegment) {
    case (0, false): break
    case (0, true):
      size = reader.byte(at: at).map { UInt64($0) }
      at += 1
    case (1, _):
      size = reader.littleEndian16(at: at).map { UInt64($0) + 256 }
      at += 2
    case (2, _):
      size = reader.littleEndian32(at: at).map { UInt64($0) }
      at += 4
    default:
      size = reader.littleEndian64(at: at)
      at += 8
    }
    guard reader.holds(0, at), !isSingleSegment || size != nil else { return nil }
    if isSingleSegment { stated = size ?? 0 }
    // A block has at most 128 KiB, and no more than the window. The window must not limit blocks.
    let wanted = min(stated, max(min(output, size ?? .max), 128 << 10))
    var code: UInt8 = 0
    while code < .max, Self.window(of: code) < wanted { code += 1 }
    window = Self.window(of: code)
    // The size takes eight bytes, or none; the checksum stays.
    var bytes = Compression.zstd.magic + [descriptor & 0x04 | (size == nil ? 0 : 0xc0), code]
    if let size { bytes += (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } }
    self.bytes = bytes
    replaced = at
  }

  /// The window of a descriptor: 1 KiB to 3.75 TiB.
  private static func window(of descriptor: UInt8) -> UInt64 {
    let base = UInt64(1) << (10 + UInt64(descriptor >> 3))
    return base + base / 8 * UInt64(descriptor & 7)
  }
}

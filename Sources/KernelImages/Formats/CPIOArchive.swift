// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// An archive of the "new ASCII" format, the only one that a kernel unpacks.
///
/// Source: Documentation/driver-api/early-userspace/buffer-format.rst (v6.1).
struct CPIOArchive: Hashable {
  /// The bytes up to the end of the trailer, or of the last entry when there is no trailer.
  let byteCount: Int
  /// The entries, without the trailer.
  let entryCount: Int
  /// Whether the archive ends with a trailer.
  let hasTrailer: Bool

  private static let headerBytes = 110

  /// Whether an entry begins at an offset.
  static func matches(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    guard let kind = ByteReader(bytes).byte(at: offset + 5),
      kind == UInt8(ascii: "1") || kind == UInt8(ascii: "2")
    else {
      return false
    }
    return bytes[offset] == UInt8(ascii: "0") && bytes[offset + 1] == UInt8(ascii: "7")
      && bytes[offset + 2] == UInt8(ascii: "0")
      && bytes[offset + 3] == UInt8(ascii: "7") && bytes[offset + 4] == UInt8(ascii: "0")
  }

  /// Walks the entries of an archive.
  ///
  /// `offset` is the start of the archive.
  init(_ bytes: Span<UInt8>, at offset: Int) throws(KernelImageError) {
    let reader = ByteReader(bytes)
    var at = offset
    var entries = 0
    // Each turn advances by a header or more.
    while at < bytes.count {
      guard Self.matches(bytes, at: at) else {
        // Any bytes may follow an archive without a trailer.
        guard entries > 0 else { throw Self.damaged(reader, at) }
        break
      }
      guard let size = Self.field(6, reader, at), let nameSize = Self.field(11, reader, at) else {
        throw Self.damaged(reader, at)
      }
      guard let name = SafeRange(UInt64(at + Self.headerBytes), nameSize, within: bytes.count)
      else { throw Self.truncated(reader, at, nameSize) }
      let dataStart = UInt64(name.offset + name.count - offset + 3) & ~3 + UInt64(offset)
      if reader.matches(Array("TRAILER!!!".utf8), at: name.offset) {
        entryCount = entries
        hasTrailer = true
        byteCount = min(bytes.count, Int(truncatingIfNeeded: dataStart)) - offset
        return
      }
      guard let data = SafeRange(dataStart, size, within: bytes.count) else {
        throw Self.truncated(reader, at, saturatingSum(nameSize, size))
      }
      entries += 1
      at = min(bytes.count, offset + (data.offset + data.count - offset + 3) & ~3)
    }
    entryCount = entries
    hasTrailer = false
    byteCount = at - offset
  }

  /// One of the thirteen fields of eight hexadecimal digits.
  static func field(
    _ index: Int, _ reader: borrowing ByteReader, _ at: Int
  ) -> UInt64? {
    var value: UInt64 = 0
    for place in 0..<8 {
      guard let digit = reader.byte(at: at + 6 + index * 8 + place) else { return nil }
      switch digit {
      case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
      case 0x41...0x46: value = value << 4 | UInt64(digit - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | UInt64(digit - 0x61 + 10)
      default: return nil
      }
    }
    return value
  }

  private static func damaged(_ reader: borrowing ByteReader, _ at: Int) -> KernelImageError {
    .invalid(
      what: "cpio archive", field: "the entry", offset: UInt64(max(0, at)),
      value: UInt64(reader.bigEndian32(at: at) ?? 0))
  }

  private static func truncated(
    _ reader: borrowing ByteReader, _ at: Int, _ needed: UInt64
  ) -> KernelImageError {
    .truncated(
      what: "the cpio archive", needed: saturatingSum(UInt64(at + headerBytes), needed),
      present: UInt64(reader.count))
  }
}

extension Identification {
  /// Notes that the file is an initial ramdisk.
  mutating func noteInitrd(_ layer: Layer) {
    image.layers.append(
      ImageLayer(kind: .cpio, offset: layer.offset, byteCount: layer.byteCount))
  }
}

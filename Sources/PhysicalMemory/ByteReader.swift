// SPDX-License-Identifier: Apache-2.0

/// Reads numbers out of untrusted bytes; every access is checked against the end.
///
/// Offsets count from the first byte of the span. Nothing is copied and nothing is owned.
public struct ByteReader: ~Escapable, Copyable {
  /// The bytes that are read.
  public let bytes: Span<UInt8>

  /// Reads from a span.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) {
    self.bytes = bytes
  }

  /// The number of bytes that can be read.
  public var count: Int { bytes.count }

  /// Whether a slice lies wholly inside the bytes.
  ///
  /// - Parameters:
  ///   - offset: The first byte.
  ///   - count: The length in bytes.
  /// - Returns: true also for an empty slice at the very end.
  public func holds(_ offset: Int, _ count: Int) -> Bool {
    offset >= 0 && count >= 0 && offset <= bytes.count && count <= bytes.count - offset
  }

  /// Gives part of the bytes.
  ///
  /// - Parameters:
  ///   - offset: The first byte.
  ///   - count: The length in bytes.
  /// - Returns: nil when the part does not lie wholly inside.
  @_lifetime(copy self)
  public func slice(_ offset: Int, _ count: Int) -> Span<UInt8>? {
    guard holds(offset, count) else { return nil }
    return bytes.extracting(offset..<(offset + count))
  }

  /// Gives everything from an offset on, or nil when the offset lies beyond the end.
  @_lifetime(copy self)
  public func suffix(from offset: Int) -> Span<UInt8>? {
    guard holds(offset, 0) else { return nil }
    return bytes.extracting(offset..<bytes.count)
  }

  /// Reads one byte, or nil beyond the end.
  public func byte(at offset: Int) -> UInt8? {
    holds(offset, 1) ? bytes[offset] : nil
  }

  /// Reads a little-endian 16-bit word at any alignment, or nil beyond the end.
  public func littleEndian16(at offset: Int) -> UInt16? {
    guard holds(offset, 2) else { return nil }
    return unsafe UInt16(
      littleEndian: bytes.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  /// Reads a little-endian 32-bit word at any alignment, or nil beyond the end.
  public func littleEndian32(at offset: Int) -> UInt32? {
    guard holds(offset, 4) else { return nil }
    return unsafe UInt32(
      littleEndian: bytes.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// Reads a little-endian 64-bit word at any alignment, or nil beyond the end.
  public func littleEndian64(at offset: Int) -> UInt64? {
    guard holds(offset, 8), let low = littleEndian32(at: offset),
      let high = littleEndian32(at: offset + 4)
    else { return nil }
    return UInt64(high) << 32 | UInt64(low)
  }

  /// Reads a big-endian 16-bit word at any alignment, or nil beyond the end.
  public func bigEndian16(at offset: Int) -> UInt16? {
    littleEndian16(at: offset)?.byteSwapped
  }

  /// Reads a big-endian 32-bit word at any alignment, or nil beyond the end.
  public func bigEndian32(at offset: Int) -> UInt32? {
    littleEndian32(at: offset)?.byteSwapped
  }

  /// Reads a big-endian 64-bit word at any alignment, or nil beyond the end.
  public func bigEndian64(at offset: Int) -> UInt64? {
    littleEndian64(at: offset)?.byteSwapped
  }

  /// Whether certain bytes stand at an offset.
  public func matches(_ expected: [UInt8], at offset: Int) -> Bool {
    guard holds(offset, expected.count) else { return false }
    for index in 0..<expected.count where bytes[offset + index] != expected[index] {
      return false
    }
    return true
  }

  /// Whether there are certain bytes and no others.
  public func holdsOnly(_ expected: [UInt8]) -> Bool {
    bytes.count == expected.count && matches(expected, at: 0)
  }

  /// Copies part of the bytes, or gives nil when it does not lie wholly inside.
  public func copy(_ offset: Int, _ count: Int) -> [UInt8]? {
    guard let part = slice(offset, count) else { return nil }
    return unsafe part.withUnsafeBytes { part in
      // An array made of a buffer is filled byte by byte in small code.
      unsafe [UInt8](unsafeUninitializedCapacity: part.count) { room, filled in
        guard let from = part.baseAddress, let to = room.baseAddress else { return }
        unsafe UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: part.count)
        filled = part.count
      }
    }
  }

  /// Reads the text of a field that ends at its first zero byte or at its length.
  ///
  /// - Parameters:
  ///   - offset: The first byte of the field.
  ///   - length: The length of the field in bytes.
  /// - Returns: nil when the field does not lie wholly inside; invalid UTF-8 is replaced.
  public func text(at offset: Int, length: Int) -> String? {
    guard var field = copy(offset, length) else { return nil }
    if let zero = field.firstIndex(of: 0) { field.removeSubrange(zero...) }
    return String(decoding: field, as: UTF8.self)
  }
}

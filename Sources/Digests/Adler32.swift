// SPDX-License-Identifier: Apache-2.0

/// Adler-32, the checksum lzop writes by default.
///
/// Source: RFC 1950 section 8.2.
public struct Adler32: Digest {
  private var low: UInt32 = 1
  private var high: UInt32 = 0

  /// Starts with the empty message.
  public init() {}

  /// The checksum of the bytes taken so far.
  public var value: UInt32 { high << 16 | low }

  /// Takes the next bytes of the message.
  public mutating func update(_ bytes: Span<UInt8>) {
    var (a, b) = (low, high)
    var offset = 0
    while offset < bytes.count {
      // 5552 is the most bytes of 0xff after which the upper sum still fits 32 bits.
      let end = offset + min(5552, bytes.count - offset)
      while offset < end {
        a &+= UInt32(bytes[offset])
        b &+= a
        offset &+= 1
      }
      a %= 65521
      b %= 65521
    }
    (low, high) = (a, b)
  }

  /// Gives the checksum as 4 bytes, high byte first.
  public consuming func finish() -> [UInt8] { bigEndianBytes(value) }

  /// Gives the checksum of a whole message.
  public static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    var adler = Adler32()
    adler.update(bytes)
    return adler.value
  }
}

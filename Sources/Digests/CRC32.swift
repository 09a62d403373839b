// SPDX-License-Identifier: Apache-2.0

/// CRC-32 with the polynomial of zlib, uImage headers and lzop.
///
/// Source: RFC 1952 section 8 (polynomial 0xedb88320, low bit first, start and end inverted).
public struct CRC32: Digest {
  private var register: UInt32 = .max

  /// Starts with the empty message.
  public init() {}

  /// The checksum of the bytes taken so far.
  public var value: UInt32 { ~register }

  /// Takes the next bytes of the message.
  public mutating func update(_ bytes: Span<UInt8>) {
    var crc = register
    // For a few bytes the tables are not worth making.
    if bytes.count <= 8 {
      for offset in bytes.indices {
        crc = crc32Step((crc ^ UInt32(bytes[offset])) & 0xff) ^ crc >> 8
      }
      register = crc
      return
    }
    let tables = crc32Tables.span
    var offset = 0
    while bytes.count - offset >= 8 {
      let low = crc ^ bigEndianWord(bytes, at: offset).byteSwapped
      let high = bigEndianWord(bytes, at: offset &+ 4).byteSwapped
      crc = tables[7 &* 256 &+ Int(low & 0xff)]
      crc ^= tables[6 &* 256 &+ Int(low &>> 8 & 0xff)]
      crc ^= tables[5 &* 256 &+ Int(low &>> 16 & 0xff)]
      crc ^= tables[4 &* 256 &+ Int(low &>> 24)]
      crc ^= tables[3 &* 256 &+ Int(high & 0xff)]
      crc ^= tables[2 &* 256 &+ Int(high &>> 8 & 0xff)]
      crc ^= tables[256 &+ Int(high &>> 16 & 0xff)]
      crc ^= tables[Int(high &>> 24)]
      offset += 8
    }
    while offset < bytes.count {
      crc = tables[Int((crc ^ UInt32(bytes[offset])) & 0xff)] ^ crc &>> 8
      offset += 1
    }
    register = crc
  }

  /// Gives the checksum as 4 bytes, high byte first.
  public consuming func finish() -> [UInt8] { bigEndianBytes(value) }

  /// Gives the checksum of a whole message.
  public static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.value
  }
}

/// Eight tables of 256: table n holds the effect of a byte on the register n bytes later.
private let crc32Tables: [UInt32] = {
  var tables = [UInt32](repeating: 0, count: 8 * 256)
  for byte in 0..<256 { tables[byte] = crc32Step(UInt32(byte)) }
  for index in 256..<(8 * 256) {
    let before = tables[index - 256]
    tables[index] = tables[Int(before & 0xff)] ^ before >> 8
  }
  return tables
}()

/// The effect of a byte on the register.
private func crc32Step(_ byte: UInt32) -> UInt32 {
  var crc = byte
  for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xedb8_8320 }
  return crc
}

/// The bytes of a checksum, high byte first.
func bigEndianBytes(_ value: UInt32) -> [UInt8] {
  [
    UInt8(value >> 24), UInt8(value >> 16 & 0xff), UInt8(value >> 8 & 0xff), UInt8(value & 0xff),
  ]
}

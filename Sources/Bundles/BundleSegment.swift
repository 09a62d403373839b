// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A segment in the manifest.
public struct BundleSegment: Sendable {
  /// The name of its content: `kernel`, `initrd`, `dtb`.
  public let name: BundleName
  /// Its memory, whole pages; memory behind its bytes is zero.
  public let range: PhysicalRange
  /// The offset of its bytes in the bundle.
  public let fileOffset: UInt32
  /// The number of its bytes.
  public let fileBytes: UInt32
  /// The SHA-256 of its bytes.
  public let digest: InlineArray<32, UInt8>
}

/// A name of up to 16 letters, digits and hyphens; it needs no string.
public struct BundleName: Sendable {
  /// The bytes of the field; zeros behind the name.
  public let bytes: InlineArray<16, UInt8>
  /// The bytes of the name, from 1 to 16.
  public let count: Int

  /// Takes the bytes of a field; nil when they are no valid name.
  public init?(_ bytes: InlineArray<16, UInt8>) {
    var count = 0
    while count < 16, bytes[count] != 0 {
      switch bytes[count] {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: count += 1
      default: return nil
      }
    }
    for index in count..<16 where bytes[index] != 0 { return nil }
    guard count > 0 else { return nil }
    self.bytes = bytes
    self.count = count
  }

  /// Takes a name; nil when it is not valid.
  public init?(_ text: String) {
    guard text.utf8.count <= 16 else { return nil }
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    var count = 0
    for byte in text.utf8 {
      bytes[count] = byte
      count += 1
    }
    self.init(bytes)
  }
}

extension BundleName: CustomStringConvertible {
  /// The name.
  public var description: String {
    var text: [UInt8] = []
    for index in 0..<count { text.append(bytes[index]) }
    return String(decoding: text, as: UTF8.self)
  }
}

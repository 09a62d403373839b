// SPDX-License-Identifier: Apache-2.0
import Digests
import Inflation
import PhysicalMemory

/// U-Boot's legacy header: 64 bytes, big-endian.
///
/// Source: U-Boot include/image.h, `struct legacy_img_hdr` (v2023.01).
struct UImageHeader: Hashable {
  let headerCRC: UInt32
  let time: UInt32
  let dataBytes: UInt64
  let load: UInt32
  let entry: UInt32
  let dataCRC: UInt32
  let system: UInt8
  let architecture: UInt8
  let type: UInt8
  let compression: UInt8
  let name: String

  static let magic: [UInt8] = [0x27, 0x05, 0x19, 0x56]
  static let byteCount = 64
  static let arm: UInt8 = 2
  static let ramdisk: UInt8 = 3
  static let multi: UInt8 = 4
  static let noLoad: UInt8 = 14

  init(_ reader: borrowing ByteReader) throws(KernelImageError) {
    guard let headerCRC = reader.bigEndian32(at: 4), let time = reader.bigEndian32(at: 8),
      let size = reader.bigEndian32(at: 12), let load = reader.bigEndian32(at: 16),
      let entry = reader.bigEndian32(at: 20), let dataCRC = reader.bigEndian32(at: 24),
      let system = reader.byte(at: 28), let architecture = reader.byte(at: 29),
      let type = reader.byte(at: 30), let compression = reader.byte(at: 31),
      let name = reader.text(at: 32, length: 32)
    else {
      throw .truncated(
        what: "the uImage header", needed: UInt64(Self.byteCount), present: UInt64(reader.count))
    }
    self.headerCRC = headerCRC
    self.time = time
    dataBytes = UInt64(size)
    self.load = load
    self.entry = entry
    self.dataCRC = dataCRC
    self.system = system
    self.architecture = architecture
    self.type = type
    self.compression = compression
    self.name = name
  }

  /// Reads the header of a file and checks it and the data behind it.
  static func checked(_ file: Span<UInt8>) throws(KernelImageError) -> Self {
    let header = try Self(ByteReader(file))
    var crc = CRC32()
    crc.update(file.extracting(0..<4))
    let zeros: [UInt8] = [0, 0, 0, 0]
    crc.update(zeros.span)
    crc.update(file.extracting(8..<byteCount))
    guard crc.value == header.headerCRC else {
      throw .checksum(
        what: "the uImage header", stored: text(header.headerCRC), computed: text(crc.value))
    }
    guard let data = SafeRange(UInt64(byteCount), header.dataBytes, within: file.count) else {
      throw .truncated(
        what: "the uImage", needed: UInt64(byteCount) + header.dataBytes,
        present: UInt64(file.count))
    }
    let computed = CRC32.checksum(file.extracting(data.indices))
    guard computed == header.dataCRC else {
      throw .checksum(
        what: "the data of the uImage", stored: text(header.dataCRC), computed: text(computed))
    }
    return header
  }

  static func text(_ checksum: UInt32) -> String { hexadecimal(UInt64(checksum), digits: 8) }

  /// The compression of the content; nil for none.
  func inner() throws(KernelImageError) -> Compression? {
    switch compression {
    case 0: return nil
    case 1: return .gzip
    case 2: return .bzip2
    case 3: return .lzma
    case 4: return .lzo
    case 5: return .lz4
    case 6: return .zstd
    default:
      throw .invalid(
        what: "uImage", field: "the compression", offset: 31, value: UInt64(compression))
    }
  }

  var architectureName: String {
    switch architecture {
    case 2: "arm"
    case 3: "i386"
    case 5: "MIPS"
    case 7: "PowerPC"
    case 22: "arm64"
    case 24: "x86_64"
    case 26: "RISC-V"
    default: "architecture \(architecture)"
    }
  }

  /// Whether a boot loader runs or writes files of the type: programs, firmware, scripts and file
  /// systems. U-Boot's own images are firmware.
  var isForBootLoader: Bool { type == 1 || (5...7).contains(type) }

  var typeName: String {
    switch type {
    case 1: "standalone program"
    case 2: "kernel"
    case 3: "ramdisk"
    case 4: "multi-file"
    case 5: "firmware"
    case 6: "script"
    case 7: "file system"
    case 8: "device tree"
    case 14: "kernel, no load address"
    default: "type \(type)"
    }
  }
}

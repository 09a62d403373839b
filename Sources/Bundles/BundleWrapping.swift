// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// The format of the file around a bundle.
public enum BundleWrapping: String, Sendable, Hashable, CaseIterable {
  /// The bundle itself: it has the header of a zImage.
  case zimage
  /// An ELF file whose one segment is the bundle, for debuggers and loaders of ELF files.
  case elf
  /// U-Boot's legacy header, for `bootm`.
  case uimage
  /// The bundle itself, for loaders of raw bytes.
  case raw

  /// Whether the file states a load address for the bundle.
  public var needsAddress: Bool { self == .elf || self == .uimage }

  /// Wraps a bundle.
  ///
  /// - Parameters:
  ///   - bundle: The bundle.
  ///   - load: The load address, for files that state one; it is also the entry.
  /// - Returns: The file.
  public func file(around bundle: [UInt8], load: UInt32) -> [UInt8] {
    switch self {
    case .zimage, .raw: bundle
    case .elf: Self.elfHeader(UInt32(clamping: bundle.count), load) + bundle
    case .uimage: Self.uImageHeader(bundle.span, load) + bundle
    }
  }

  /// An ELF header and one program header in a page of their own.
  ///
  /// Source: System V ABI, "Object Files"; ELF for the Arm Architecture (IHI 0044), e_flags.
  private static func elfHeader(_ count: UInt32, _ load: UInt32) -> [UInt8] {
    let page = BundleFormat.pageBytes
    var header = LittleEndianBytes()
    // Class 32 bits, little-endian, version 1.
    header.append([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0].span)
    // Executable for ARM, EABI version 5; one program header of 32 bytes, no sections.
    for word in [2 | 40 << 16, 1, load, 52, 0, 0x0500_0000, 52 | 32 << 16, 1 | 40 << 16, 0]
      as [UInt32]
    {
      header.append(word)
    }
    // PT_LOAD, readable, writable and executable.
    for word in [1, page, load, load, count, count, 7, 4] { header.append(word) }
    header.pad(to: UInt64(page))
    return header.bytes
  }

  /// Source: U-Boot include/image.h, `struct legacy_img_hdr` (v2023.01); all words big-endian.
  private static func uImageHeader(_ bundle: Span<UInt8>, _ load: UInt32) -> [UInt8] {
    func header(crc: UInt32) -> [UInt8] {
      var header = LittleEndianBytes()
      let data = CRC32.checksum(bundle)
      // The time is always 0, so that the same bundle gives the same file.
      for word in [0x2705_1956, crc, 0, UInt32(clamping: bundle.count), load, load, data] {
        header.append(word.byteSwapped)
      }
      // Linux, ARM, kernel, not compressed.
      header.append([5, 2, 2, 0].span)
      header.append(Array("swift-kexec bundle".utf8).span)
      header.pad(to: 64)
      return header.bytes
    }
    return header(crc: CRC32.checksum(header(crc: 0).span))
  }
}

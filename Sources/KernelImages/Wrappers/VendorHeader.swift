// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A header of 512 bytes that a maker of phones puts before images for its boot loader,
/// little-endian.
struct VendorHeader: Hashable {
  /// The maker of a header.
  enum Maker: CaseIterable {
    /// Before kernel and ramdisk of an Android boot image, or alone.
    ///
    /// Source: MediaTek's mkimage (BLK_SIZE, part_hdr_t): magic number, length, name of 32 bytes.
    case mediaTek
    /// Before a whole image that is signed.
    ///
    /// Source: Spreadtrum's secure boot, sys_img_header: magic number, version, hash of 32 bytes,
    /// address, length at 0x30.
    case spreadtrum

    var magic: [UInt8] {
      switch self {
      case .mediaTek: [0x88, 0x16, 0x88, 0x58]
      case .spreadtrum: [0x44, 0x48, 0x54, 0x42]
      }
    }

    var kind: ImageKind {
      switch self {
      case .mediaTek: .mediaTek
      case .spreadtrum: .spreadtrum
      }
    }

    var name: String {
      switch self {
      case .mediaTek: "MediaTek's header"
      case .spreadtrum: "Spreadtrum's header"
      }
    }
  }

  static let byteCount: UInt64 = 512

  let maker: Maker
  /// The length of the content behind the header.
  let contentBytes: UInt64
  /// The name of the content; empty when the header has none.
  let label: String

  /// Reads the header at the beginning of bytes; nil when there is none.
  init?(_ reader: borrowing ByteReader) throws(KernelImageError) {
    var known: Maker?
    for maker in Maker.allCases where reader.matches(maker.magic, at: 0) { known = maker }
    guard let known else { return nil }
    guard reader.holds(0, Int(Self.byteCount)),
      let length = reader.littleEndian32(at: known == .mediaTek ? 4 : 0x30)
    else {
      throw .truncated(
        what: known.name, needed: Self.byteCount, present: UInt64(reader.count))
    }
    maker = known
    contentBytes = UInt64(length)
    label = known == .mediaTek ? reader.text(at: 8, length: 32) ?? "" : ""
  }
}

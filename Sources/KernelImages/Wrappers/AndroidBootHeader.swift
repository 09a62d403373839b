// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The header of an Android boot image, little-endian.
///
/// Source: AOSP system/tools/mkbootimg include/bootimg/bootimg.h, versions 0 to 4.
struct AndroidBootHeader: Hashable {
  let version: UInt32
  let pageBytes: UInt64
  let headerBytes: UInt64
  let kernelBytes: UInt64
  let ramdiskBytes: UInt64
  let secondBytes: UInt64
  let recoveryTreeBytes: UInt64
  let treeBytes: UInt64
  /// The size of a table of trees, which some vendors put behind the second stage and state in
  /// place of a version.
  let treeTableBytes: UInt64
  let signatureBytes: UInt64
  let kernelAddress: UInt64?
  let name: String
  let commandLine: String

  static let magic: [UInt8] = Array("ANDROID!".utf8)

  init(_ reader: borrowing ByteReader) throws(KernelImageError) {
    guard let stated = reader.littleEndian32(at: 40) else {
      throw Self.truncated(reader, 44)
    }
    // Version 0 had the size of a device tree there. Since version 3 there is no page size, and the
    // word is zero.
    if stated > 4, stated < 100, reader.littleEndian32(at: 36) == 0 {
      throw .notAKernel(
        looksLike: UnknownContent(
          "an Android boot image of header version " + String(stated),
          hint: "versions 0 to 4 are published; unpack it with its maker's tool, name the kernel"))
    }
    version = stated > 4 ? 0 : stated
    if version >= 3 {
      let size: UInt64 = version == 3 ? 1580 : 1584
      guard let kernel = reader.littleEndian32(at: 8), let ramdisk = reader.littleEndian32(at: 12),
        let header = reader.littleEndian32(at: 20),
        let line = reader.text(at: 44, length: 1536), UInt64(reader.count) >= size
      else { throw Self.truncated(reader, size) }
      guard UInt64(header) >= size, header <= 4096 else {
        throw .invalid(
          what: "Android boot image", field: "the size of the header", offset: 20,
          value: UInt64(header))
      }
      pageBytes = 4096
      headerBytes = UInt64(header)
      kernelBytes = UInt64(kernel)
      ramdiskBytes = UInt64(ramdisk)
      signatureBytes = version == 4 ? UInt64(reader.littleEndian32(at: 1580) ?? 0) : 0
      secondBytes = 0
      recoveryTreeBytes = 0
      treeBytes = 0
      treeTableBytes = 0
      kernelAddress = nil
      name = ""
      commandLine = line
      return
    }
    let size: UInt64 = version == 0 ? 608 : version == 1 ? 1648 : 1660
    guard UInt64(reader.count) >= size, let kernel = reader.littleEndian32(at: 8),
      let address = reader.littleEndian32(at: 12), let ramdisk = reader.littleEndian32(at: 16),
      let second = reader.littleEndian32(at: 24), let page = reader.littleEndian32(at: 36),
      let name = reader.text(at: 48, length: 16), let line = reader.text(at: 64, length: 512)
    else { throw Self.truncated(reader, size) }
    guard page >= 2048 || page >= 608 && version == 0, page <= 1 << 20, page & (page - 1) == 0
    else {
      throw .invalid(
        what: "Android boot image", field: "the page size", offset: 36, value: UInt64(page))
    }
    pageBytes = UInt64(page)
    headerBytes = size
    kernelBytes = UInt64(kernel)
    ramdiskBytes = UInt64(ramdisk)
    secondBytes = UInt64(second)
    recoveryTreeBytes = version >= 1 ? UInt64(reader.littleEndian32(at: 1632) ?? 0) : 0
    treeBytes = version >= 2 ? UInt64(reader.littleEndian32(at: 1648) ?? 0) : 0
    // Source: lk (CodeAurora, LA.BR.1.2), app/aboot/bootimg.h, dt_size.
    treeTableBytes = stated > 4 ? UInt64(stated) : 0
    signatureBytes = 0
    kernelAddress = UInt64(address)
    self.name = name
    // The rest of a long line; versions without the field have padding there.
    commandLine = line + (reader.text(at: 608, length: 1024) ?? "")
  }

  private static func truncated(
    _ reader: borrowing ByteReader, _ needed: UInt64
  ) -> KernelImageError {
    .truncated(
      what: "the header of the Android boot image", needed: needed,
      present: UInt64(reader.count))
  }

  /// The parts behind the header in their order, each beginning with a page.
  var parts: [(part: Part, byteCount: UInt64)] {
    [
      (.kernel, kernelBytes), (.ramdisk, ramdiskBytes), (.second, secondBytes),
      (.recoveryTree, recoveryTreeBytes), (.tree, treeBytes), (.treeTable, treeTableBytes),
      (.signature, signatureBytes),
    ]
  }

  /// A part, by the name that it has in texts.
  enum Part: String {
    case kernel, ramdisk, signature
    case second = "second stage"
    case recoveryTree = "recovery device tree"
    case tree = "device tree"
    case treeTable = "device tree table"
  }
}

/// The header of an Android vendor boot image, little-endian.
///
/// Source: AOSP system/tools/mkbootimg include/bootimg/bootimg.h, versions 3 and 4.
struct VendorBootHeader: Hashable {
  let version: UInt32
  let pageBytes: UInt64
  let headerBytes: UInt64
  let ramdiskBytes: UInt64
  let treeBytes: UInt64
  /// The number of parts in the ramdisk; versions from 4 on have a table of them.
  let fragments: UInt32
  /// The size of the parameters for Android's init, which versions from 4 on may have.
  let configurationBytes: UInt64
  let commandLine: String

  static let magic: [UInt8] = Array("VNDRBOOT".utf8)

  init(_ reader: borrowing ByteReader) throws(KernelImageError) {
    guard let version = reader.littleEndian32(at: 8), let page = reader.littleEndian32(at: 12),
      let ramdisk = reader.littleEndian32(at: 24), let line = reader.text(at: 28, length: 2048),
      let header = reader.littleEndian32(at: 2096), let tree = reader.littleEndian32(at: 2100),
      reader.holds(0, 2112)
    else {
      throw .truncated(
        what: "the header of the vendor boot image", needed: 2112, present: UInt64(reader.count))
    }
    guard page >= 2048, page <= 1 << 20, page & (page - 1) == 0 else {
      throw .invalid(
        what: "vendor boot image", field: "the page size", offset: 12, value: UInt64(page))
    }
    guard header >= 2112, header <= 1 << 20 else {
      throw .invalid(
        what: "vendor boot image", field: "the size of the header", offset: 2096,
        value: UInt64(header))
    }
    self.version = version
    pageBytes = UInt64(page)
    headerBytes = UInt64(header)
    ramdiskBytes = UInt64(ramdisk)
    treeBytes = UInt64(tree)
    let isLong = version >= 4
    fragments = isLong ? reader.littleEndian32(at: 2116) ?? 1 : 1
    configurationBytes = isLong ? UInt64(reader.littleEndian32(at: 2124) ?? 0) : 0
    commandLine = line
  }
}

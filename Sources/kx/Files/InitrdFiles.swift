// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Inflation
import KernelImages
import PhysicalMemory
import Reporting

/// The initial ramdisks of a boot, put one behind the other.
struct InitrdFiles {
  private(set) var bytes: [UInt8] = []
  /// What they unpack to; nil as soon as it is not known of one.
  private var unpacked: UInt64? = 0

  var isEmpty: Bool { bytes.isEmpty }

  /// Adds a file: the payload of a uImage, anything else as it is.
  ///
  /// A file that is no initrd is taken all the same, with a warning: the kernel may know more.
  mutating func add(_ file: InputFile) -> [Diagnostic] {
    let found: Initrd
    do throws(KernelImageError) {
      found = try Initrd.identify(file.bytes.span)
    } catch {
      append(file.bytes)
      unpacked = nil
      return [
        Diagnostic(
          "KX120", .warning,
          "'\(file.path)' is no initrd that a kernel unpacks: "
            + error.description,
          hint: "check that it is the right file; it is loaded as it is")
      ]
    }
    var diagnostics = found.diagnostics.map(Diagnostic.init)
    let payload = Self.payload(of: found, in: file)
    if let name = found.uImageName {
      diagnostics.append(
        Diagnostic(
          "KX121", .warning,
          "'\(file.path)' is wrapped for U-Boot ('\(PrintableText.clean(name))'); its payload of "
            + "\(ByteCount(payload.count)) is used"))
    }
    append(payload)
    count(found, payload)
    return diagnostics
  }

  /// Adds the ramdisks that came in the kernel's own file.
  mutating func add(companionsOf image: KernelImage, in file: InputFile) throws(Stop) {
    for companion in image.initrds {
      append(try BootFiles.bytes(of: companion.bytes, in: file))
      unpacked = nil
    }
  }

  /// The figures for a plan: of the files, or assumed.
  func planned(_ assumed: Assumptions) -> PlannedInitrd? {
    let told = assumed.count("unpacked")
    if isEmpty {
      return assumed.count("initrd").flatMap {
        $0.rawValue == 0 ? nil : PlannedInitrd(byteCount: $0, unpackedBytes: told)
      }
    }
    return PlannedInitrd(
      byteCount: ByteCount(bytes.count), unpackedBytes: told ?? unpacked.map { ByteCount($0) })
  }

  /// The bytes that are loaded: of a file that is an initrd as it stands, without a copy.
  private static func payload(of initrd: Initrd, in file: InputFile) -> [UInt8] {
    if case .slice(0, let count) = initrd.payload, count == UInt64(file.bytes.count) {
      return file.bytes
    }
    return (try? initrd.payload.copy(of: file.bytes.span)) ?? file.bytes
  }

  /// Archives begin at a multiple of 4. Source: init/initramfs.c (v6.1), `unpack_to_rootfs`.
  private mutating func append(_ part: [UInt8]) {
    while bytes.count % 4 != 0 { bytes.append(0) }
    if bytes.isEmpty { bytes = part } else { bytes += part }
  }

  private mutating func count(_ found: Initrd, _ payload: [UInt8]) {
    guard let sum = unpacked else { return }
    var size: UInt64 = 0
    for segment in found.segments {
      guard let compression = segment.compression else {
        size += segment.byteCount
        continue
      }
      guard let offset = Int(exactly: segment.offset), offset <= payload.count else { continue }
      let part = payload.span.extracting(offset..<payload.count)
      // A lone gzip file says at its end what it unpacks to; anything else is counted.
      if compression == .gzip, found.segments.count == 1, part.count >= 18,
        let told = ByteReader(part).littleEndian32(at: part.count - 4),
        UInt64(told) <= UInt64(part.count) * 1032
      {
        size += UInt64(told)
      } else if let counted = try? countInflated(part, as: compression, limit: 4 << 30) {
        size += counted.produced
      } else {
        unpacked = nil
        return
      }
    }
    unpacked = sum + size
  }
}

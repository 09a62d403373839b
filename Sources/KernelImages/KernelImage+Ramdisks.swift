// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A ramdisk that came in a file, or is the file, and its identified content.
public struct Ramdisk: Sendable, Hashable {
  /// The place where it was found: `Android ramdisk`; empty for the file itself.
  public let origin: String
  /// Its size there.
  public let byteCount: ByteCount
  /// Its content; nil when it is damaged or no ramdisk.
  public let initrd: Initrd?
  /// The error when the content is unknown.
  public let error: KernelImageError?
}

extension KernelImage {
  /// Examines every ramdisk that came with the kernel, or the file when it is one, by inflating it.
  ///
  /// - Parameters:
  ///   - file: The file that was identified.
  ///   - limit: The most bytes that are counted of each.
  /// - Returns: The ramdisks in the order in which they are unpacked.
  public func ramdisks(
    of file: Span<UInt8>, limit: UInt64 = IdentificationOptions.defaultInflationLimit
  ) -> [Ramdisk] {
    let isRamdisk = !isARM && initrds.isEmpty && layers.last?.kind == .cpio
    if isRamdisk { return [Self.ramdisk(file, "", limit)] }
    return initrds.map { companion in
      if case .slice(let offset, let count) = companion.bytes,
        let range = SafeRange(offset, count, within: file.count)
      {
        return Self.ramdisk(file.extracting(range.indices), companion.origin, limit)
      }
      do throws(KernelImageError) {
        let bytes = try companion.bytes.copy(of: file, limit: limit)
        return Self.ramdisk(bytes.span, companion.origin, limit)
      } catch {
        return Ramdisk(
          origin: companion.origin, byteCount: ByteCount(companion.bytes.count ?? 0), initrd: nil,
          error: error)
      }
    }
  }

  private static func ramdisk(_ bytes: Span<UInt8>, _ origin: String, _ limit: UInt64) -> Ramdisk {
    do throws(KernelImageError) {
      let initrd = try Initrd.identify(bytes, verify: true, limit: limit)
      return Ramdisk(
        origin: origin, byteCount: ByteCount(bytes.count), initrd: initrd, error: nil)
    } catch {
      return Ramdisk(origin: origin, byteCount: ByteCount(bytes.count), initrd: nil, error: error)
    }
  }
}

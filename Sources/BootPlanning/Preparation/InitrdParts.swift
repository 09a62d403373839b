// SPDX-License-Identifier: Apache-2.0
import Inflation
public import KernelImages
public import PhysicalMemory

/// The initial ramdisks of a boot, put one behind the other without copying them.
public struct InitrdParts: Sendable, Hashable {
  /// What is loaded, in its order.
  public private(set) var parts: [SegmentPart] = []
  /// The bytes of all parts together.
  public private(set) var count = 0
  /// What they unpack to; nil as soon as it is not known of one.
  private var unpacked: UInt64? = 0

  /// What is counted at the most: more than any 32-bit ARM has lowmem for, and a second's work.
  private static let unpackedLimit: UInt64 = 512 << 20

  /// Starts with nothing.
  public init() {}

  /// Tells whether there is nothing to load.
  public var isEmpty: Bool { count == 0 }

  /// Where what is loaded begins in the first file.
  public var firstOffset: ByteCount {
    guard case .file(_, let offset, _) = parts.first else { return .zero }
    return ByteCount(offset)
  }

  /// Adds a file: the payload of a uImage, anything else as it is.
  ///
  /// A file that is no initrd is taken all the same, with a warning: the kernel may know more.
  ///
  /// - Parameters:
  ///   - file: All bytes of the file.
  ///   - path: Its path, for messages.
  ///   - index: Its place among the initial ramdisks of the boot.
  /// - Returns: What the user should know.
  public mutating func add(_ file: Span<UInt8>, path: String, index: Int) -> [Diagnostic] {
    let found: Initrd
    do throws(KernelImageError) {
      found = try Initrd.identify(file)
    } catch {
      append(.file(.initrd(index), offset: 0, count: file.count))
      unpacked = nil
      return [
        Diagnostic(
          "KX120", .warning,
          "'" + path
            + (error.isLimit
              ? "' cannot be looked into: " : "' is no initrd that a kernel unpacks: ")
            + error.description,
          hint: "check that it is the right file; it is loaded as it is")
      ]
    }
    var diagnostics = found.diagnostics.map { Diagnostic($0) }
    if found.segments.first?.isArchive != true,
      let misplaced = MisplacedFile.found(in: file, as: .initrd)
    {
      diagnostics = [
        Diagnostic(
          "KX168", .error, "'" + path + "': " + misplaced.description, hint: misplaced.hint)
      ]
    }
    var payload = 0..<file.count
    if case .slice(let offset, let count) = found.payload,
      let offset = Int(exactly: offset), let count = Int(exactly: count),
      ByteReader(file).holds(offset, count)
    {
      payload = offset..<(offset + count)
    }
    if let name = found.uImageName {
      diagnostics.append(
        Diagnostic(
          "KX121", .warning,
          "'" + path + "' is wrapped for U-Boot ('" + PrintableText.clean(name)
            + "'); its payload of " + ByteCount(payload.count).description + " is used",
          hint: "name the file that was wrapped, if that is at hand"))
    }
    append(.file(.initrd(index), offset: payload.lowerBound, count: payload.count))
    count(found, file.extracting(payload))
    return diagnostics
  }

  /// Adds the ramdisks that came in the kernel's own file.
  ///
  /// - Parameters:
  ///   - image: The identified kernel.
  ///   - file: All bytes of its file.
  /// - Throws: ``KernelImages/KernelImageError``
  public mutating func add(
    companionsOf image: KernelImage, in file: Span<UInt8>
  ) throws(KernelImageError) {
    for companion in image.initrds {
      append(try SegmentPart.kernelPart(companion.bytes, of: file))
      unpacked = nil
    }
  }

  /// The figures for a plan: of the files, or as the user states them.
  func planned(_ wishes: BootWishes) -> PlannedInitrd? {
    let told = wishes.assumedUnpackedBytes
    if isEmpty {
      return wishes.assumedInitrdBytes.flatMap {
        $0.rawValue == 0 ? nil : PlannedInitrd(byteCount: $0, unpackedBytes: told)
      }
    }
    return PlannedInitrd(
      byteCount: ByteCount(count), unpackedBytes: told ?? unpacked.map { ByteCount($0) })
  }

  /// Archives begin at a multiple of 4. Source: init/initramfs.c (v6.1), `unpack_to_rootfs`.
  private mutating func append(_ part: SegmentPart) {
    let padding = (4 - count % 4) % 4
    let (sum, overflow) = count.addingReportingOverflow(padding)
    let (total, tooMuch) = sum.addingReportingOverflow(part.count)
    // More than an address space holds cannot have been mapped.
    guard !overflow, !tooMuch else { return }
    if padding > 0 { parts.append(.zeros(padding)) }
    if part.count > 0 { parts.append(part) }
    count = total
  }

  private mutating func count(_ found: Initrd, _ payload: Span<UInt8>) {
    guard let sum = unpacked else { return }
    var size: UInt64 = 0
    for segment in found.segments {
      guard let compression = segment.compression else {
        size &+= segment.byteCount
        continue
      }
      guard let offset = Int(exactly: segment.offset), offset <= payload.count else { continue }
      let part = payload.extracting(offset..<payload.count)
      // A lone gzip file says at its end what it unpacks to; anything else is counted.
      if compression == .gzip, found.segments.count == 1, part.count >= 18,
        let told = ByteReader(part).littleEndian32(at: part.count - 4),
        UInt64(told) <= UInt64(part.count) * 1032
      {
        size &+= UInt64(told)
        continue
      }
      let left = Self.unpackedLimit - min(sum &+ size, Self.unpackedLimit)
      do throws(InflationError) {
        size &+= try countInflated(part, as: compression, limit: left).produced
      } catch {
        // An initrd of more than is counted needs at least that much.
        guard case .exceedsLimit = error else {
          unpacked = nil
          return
        }
        size &+= left
      }
    }
    unpacked = sum &+ size
  }
}

extension SegmentPart {
  /// Names part of the kernel's file where it stands there as it is; otherwise produces it.
  static func kernelPart(
    _ bytes: ImageBytes, of file: Span<UInt8>
  ) throws(KernelImageError) -> Self {
    if case .slice(let offset, let count) = bytes, let offset = Int(exactly: offset),
      let count = Int(exactly: count), ByteReader(file).holds(offset, count)
    {
      return .file(.kernel, offset: offset, count: count)
    }
    return .bytes(try bytes.copy(of: file))
  }
}

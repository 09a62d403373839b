// SPDX-License-Identifier: Apache-2.0
import Digests
public import Inflation
import PhysicalMemory

/// An initial ramdisk: archives one behind the other, each as it is or compressed.
public struct Initrd: Sendable, Hashable {
  /// The part of the file that the kernel is to get.
  public var payload: ImageBytes
  /// The archives in it, as far as they could be told apart.
  public var segments: [Segment]
  /// The name in the uImage header that was taken off, or nil when there was none.
  public var uImageName: String?
  /// What the user should know.
  public var diagnostics: [ImageDiagnostic] = []

  /// One archive of an initial ramdisk.
  public struct Segment: Sendable, Hashable {
    /// How the archive is compressed; nil for not at all.
    public var compression: Compression?
    /// The offset of its first byte in the payload.
    public var offset: UInt64
    /// The bytes it takes there. Of a compressed archive that was not inflated, all that follow.
    public var byteCount: UInt64
    /// Whether it is a cpio archive of the kind that the kernel unpacks.
    public var isArchive: Bool

    /// Notes an archive.
    public init(
      compression: Compression?, offset: UInt64, byteCount: UInt64, isArchive: Bool
    ) {
      self.compression = compression
      self.offset = offset
      self.byteCount = byteCount
      self.isArchive = isArchive
    }
  }

  /// The names of the layers, as for kernels: `["uImage", "gzip", "cpio"]`; of the first archive.
  public var chain: [String] {
    var names = uImageName == nil ? [] : [ImageKind.uImage.name]
    guard let first = segments.first else { return names }
    if let compression = first.compression { names.append(compression.rawValue) }
    if first.isArchive { names.append(ImageKind.cpio.name) }
    return names
  }

  /// Finds out what an initial ramdisk consists of.
  ///
  /// Source: init/initramfs.c (v6.1), `unpack_to_rootfs`: archives may follow each other, with
  /// zeros between them.
  ///
  /// - Parameters:
  ///   - file: The whole file.
  ///   - verify: Whether compressed archives are inflated, which also finds what follows them.
  ///   - limit: The most bytes that inflating may yield.
  /// - Returns: The archives that were told apart.
  /// - Throws: ``KernelImageError`` saying what was being read, where, and what stands there.
  public static func identify(
    _ file: Span<UInt8>, verify: Bool = false,
    limit: UInt64 = 4 << 30
  ) throws(KernelImageError) -> Self {
    guard file.count > 0 else { throw .empty }
    let reader = ByteReader(file)
    guard reader.matches(UImageHeader.magic, at: 0) else {
      return try read(file, startingAt: 0, uImageName: nil, verify: verify, limit: limit)
    }
    // The checks of a kernel's uImage are the same.
    let header = try UImageHeader.checked(file)
    guard header.type == 3 || header.type == UImageHeader.multi else {
      throw .wrongType(expected: "ramdisk", found: "a uImage of type " + header.typeName)
    }
    guard header.type == 3,
      let range = SafeRange(
        UInt64(UImageHeader.byteCount), header.dataBytes, within: file.count)
    else { throw .wrongType(expected: "ramdisk", found: "a multi-file uImage") }
    return try read(
      file.extracting(range.indices), startingAt: UInt64(range.offset), uImageName: header.name,
      verify: verify, limit: limit)
  }

  private static func read(
    _ bytes: Span<UInt8>, startingAt start: UInt64, uImageName: String?, verify: Bool,
    limit: UInt64
  ) throws(KernelImageError) -> Self {
    var initrd = Self(
      payload: .slice(offset: start, count: UInt64(bytes.count)), segments: [],
      uImageName: uImageName)
    var at = 0
    var left = limit
    while at < bytes.count, initrd.segments.count < mostSegments {
      if bytes[at] == 0 {
        at += 1
        continue
      }
      let rest = bytes.extracting(at..<bytes.count)
      if CPIOArchive.matches(rest, at: 0) {
        let archive = try CPIOArchive(rest, at: 0)
        initrd.add(nil, at, archive.byteCount, isArchive: true)
        if !archive.hasTrailer {
          initrd.diagnostics.append(
            ImageDiagnostic(
              .wrapperContradicted, .warning,
              "the archive at " + hexadecimal(UInt64(at))
                + " of the initrd ends without a trailer", hint: "was it cut off?"))
        }
        at += archive.byteCount
      } else if let compression = Compression.detect(rest) {
        at += try initrd.addCompressed(rest, compression, at: at, verify: verify, &left)
      } else {
        initrd.refuse(rest, at: at)
        break
      }
    }
    if initrd.segments.isEmpty {
      throw .notAKernel(looksLike: UnknownContent("an initial ramdisk of zeros"))
    }
    return initrd
  }

  /// Archives that are told apart; a real ramdisk has a handful.
  private static let mostSegments = 4096

  private mutating func add(
    _ compression: Compression?, _ offset: Int, _ count: Int, isArchive: Bool
  ) {
    segments.append(
      Segment(
        compression: compression, offset: UInt64(offset), byteCount: UInt64(count),
        isArchive: isArchive))
  }

  /// Adds a compressed archive and gives the bytes it takes.
  private mutating func addCompressed(
    _ rest: Span<UInt8>, _ compression: Compression, at: Int, verify: Bool, _ left: inout UInt64
  ) throws(KernelImageError) -> Int {
    let head: [UInt8]
    do throws(InflationError) {
      head = try inflatePrefix(rest, compression, count: 6)
    } catch {
      if error.isLimit { throw Self.refusal(of: compression, at: at, error) }
      throw .notAKernel(
        looksLike: UnknownContent(
          "a damaged " + compression.rawValue + " file at " + hexadecimal(UInt64(at)),
          hint: "fetch or make it again"))
    }
    let isArchive = CPIOArchive.matches(head.span, at: 0)
    if !isArchive {
      diagnostics.append(
        ImageDiagnostic(
          .wrapperContradicted, .warning,
          "the " + compression.rawValue + " data at " + hexadecimal(UInt64(at))
            + " of the initrd holds no cpio archive; the kernel will take it for a disk",
          hint: "check that it is the right file; make one with cpio -o -H newc"))
    }
    guard verify else {
      add(compression, at, rest.count, isArchive: isArchive)
      return rest.count
    }
    do {
      let inflated = try countInflated(rest, as: compression, limit: left)
      left -= min(left, inflated.produced)
      let count = max(1, inflated.consumed)
      add(compression, at, count, isArchive: isArchive)
      return count
    } catch {
      throw Self.refusal(of: compression, at: at, error)
    }
  }

  private static func refusal(
    of compression: Compression, at offset: Int, _ cause: InflationError
  ) -> KernelImageError {
    .inflation(
      what: "the " + compression.rawValue + " data of the initrd", offset: UInt64(offset),
      cause: cause)
  }

  /// Notes bytes that the kernel cannot unpack.
  private mutating func refuse(_ rest: Span<UInt8>, at: Int) {
    diagnostics.append(
      ImageDiagnostic(
        .wrapperContradicted, .warning,
        ByteCount(rest.count).description + " at " + hexadecimal(UInt64(at))
          + " of the initrd are no archive that a kernel unpacks: they look like "
          + UnknownContent(of: rest).name,
        hint: "check that the file is whole, and that nothing was put behind it"))
    if segments.isEmpty { add(nil, at, rest.count, isArchive: false) }
  }
}

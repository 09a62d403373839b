// SPDX-License-Identifier: Apache-2.0
public import Inflation
import PhysicalMemory

/// An initial ramdisk as the kernel's unpacker sees it: archives in a row, each compressed or not.
public struct Initrd: Sendable, Hashable {
  /// The part of the file that the kernel needs: without erased flash behind the last archive.
  public var payload: ImageBytes
  /// The archives in it, as far as they were recognised.
  public var segments: [Segment]
  /// The name in the uImage header that was removed; nil when there was none.
  public var uImageName: String?
  /// The places where kernels stop unpacking, in order.
  public var faults: [UnpackingFault] = []
  /// Further diagnostics.
  public var diagnostics: [Diagnostic] = []

  /// One archive of an initial ramdisk.
  public struct Segment: Sendable, Hashable {
    /// The compression of the archive; nil for none.
    public var compression: Compression?
    /// The offset of its first byte in the payload.
    public var offset: UInt64
    /// Its size there. A compressed archive with an unknown end takes all bytes that follow.
    public var byteCount: UInt64
    /// Whether it is a cpio archive of the kind that the kernel unpacks.
    public var isArchive: Bool
    /// The unpacked size of the archive, with the headers of its files; an upper bound, unless
    /// ``isCounted``.
    public var unpackedBytes: UInt64
    /// Whether the unpacked bytes were counted, or stand in headers under a checksum.
    public var isCounted: Bool
    /// The memory that the kernel's decoder needs, in bytes.
    public var decoderBytes: UInt64 = 0
  }

  /// The unpacked size of all archives, in bytes; an upper bound, unless ``isCounted``.
  public var unpackedBytes: UInt64 {
    segments.reduce(0) { saturatingSum($0, $1.unpackedBytes) }
  }

  /// Whether ``unpackedBytes`` is exact.
  public var isCounted: Bool { segments.allSatisfy { $0.isCounted } }

  /// The memory of the kernel's decoder that needs the most, in bytes.
  public var decoderBytes: UInt64 { segments.reduce(0) { max($0, $1.decoderBytes) } }

  /// The names of the layers of the first archive, as for kernels: `["uImage", "gzip", "cpio"]`.
  public var chain: [String] {
    var names = uImageName == nil ? [] : [ImageKind.uImage.name]
    guard let first = segments.first else { return names }
    if let compression = first.compression { names.append(compression.rawValue) }
    if first.isArchive { names.append(ImageKind.cpio.name) }
    return names
  }

  /// Identifies the parts of an initial ramdisk.
  ///
  /// - Parameters:
  ///   - file: The whole file.
  ///   - verify: Whether compressed archives are inflated, which counts their unpacked size and
  ///     finds the parts behind them. Without it only headers are read, unless the file ends in
  ///     erased flash.
  ///   - limit: The most bytes that are counted.
  /// - Returns: The archives that were recognised.
  /// - Throws: ``KernelImageError`` with the part that was read, the place, and the bytes there.
  public static func identify(
    _ file: Span<UInt8>, verify: Bool = false,
    limit: UInt64 = 4 << 30
  ) throws(KernelImageError) -> Self {
    guard file.count > 0 else { throw .empty }
    let reader = ByteReader(file)
    if let header = try VendorHeader(reader) {
      // Spreadtrum's length is that of the signed part, which need not be all.
      let count =
        header.maker == .spreadtrum
        ? UInt64(file.count) - VendorHeader.byteCount : header.contentBytes
      guard let range = SafeRange(VendorHeader.byteCount, count, within: file.count) else {
        throw .truncated(
          what: "the initrd behind " + header.maker.name,
          needed: saturatingSum(VendorHeader.byteCount, header.contentBytes),
          present: UInt64(file.count))
      }
      var initrd = try read(
        file.extracting(range.indices), startingAt: UInt64(range.offset), uImageName: nil,
        verify: verify, limit: limit)
      initrd.diagnostics.insert(
        Diagnostic(
          .vendorMark, .note,
          header.maker.name + (header.label.isEmpty ? "" : " (" + header.label + ")")
            + " is taken off the initrd", hint: ""), at: 0)
      return initrd
    }
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
    let erased = erasedBytes(bytes)
    var walk = InitrdWalk(
      verify: verify || erased > 0, limit: limit, erased: bytes.count - erased)
    try walk.unpack(bytes)
    initrd.segments = walk.segments
    initrd.faults = walk.faults
    initrd.diagnostics = walk.diagnostics
    if initrd.segments.isEmpty {
      throw .notAKernel(
        looksLike: UnknownContent("an initial ramdisk of zeros, or of erased flash"))
    }
    if let end = walk.junk, end >= bytes.count - erased {
      initrd.dropErased(bytes.count - end, startingAt: start, keeping: end)
    }
    return initrd
  }

  /// The bytes of erased flash at the end; 0 unless there are many. Archives do not end like that.
  private static func erasedBytes(_ bytes: Span<UInt8>) -> Int {
    var count = 0
    while count < bytes.count, bytes[bytes.count - 1 - count] == 0xff { count += 1 }
    return count >= 16 ? count : 0
  }

  /// Cuts off erased flash behind the last archive. The kernel would stop there, and an old one
  /// with a RAM disk would remove everything that it had unpacked.
  ///
  /// Source: init/initramfs.c (v4.19), clean_rootfs.
  private mutating func dropErased(_ count: Int, startingAt start: UInt64, keeping end: Int) {
    payload = .slice(offset: start, count: UInt64(end))
    diagnostics.append(
      Diagnostic(
        .trailingBytes, .warning,
        ByteCount(count).description + " of erased flash (0xff) at " + hexadecimal(UInt64(end))
          + " of the initrd stand behind its archives and are left away",
        hint: "cut the file at the end of the ramdisk when it is read from flash"))
  }
}

// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// Simulates the kernel's unpacker on an initial ramdisk.
///
/// At a multiple of 4, a `0` begins an uncompressed archive. Zeros are skipped. Anything else must
/// be compressed, and ends where its decoder says. Behind an uncompressed archive everything must
/// begin at a multiple of 4. The legacy lz4 decoder needs a word of zeros, or the end of the
/// initrd, to see its end. Files that were unpacked before a fault stay.
///
/// Source: init/initramfs.c (v4.19, v6.1, v7.1 alike), unpack_to_rootfs, flush_buffer, do_header and
/// do_reset; lib/decompress.c, decompress_method.
struct InitrdWalk {
  private(set) var segments: [Initrd.Segment] = []
  private(set) var faults: [UnpackingFault] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// The start of bytes that are no archive; nil when there are none, or the end is unknown.
  private(set) var junk: Int?

  private let verify: Bool
  private var left: UInt64
  private let erased: Int

  /// The most archives that are counted; a real ramdisk has a handful.
  private static let mostSegments = 4096

  /// Starts; `limit` is the most bytes that are inflated, `erased` is the start of erased flash.
  init(verify: Bool, limit: UInt64, erased: Int) {
    self.verify = verify
    self.erased = erased
    left = limit
  }

  /// Walks a ramdisk to its end or to the first fault that stops every kernel.
  mutating func unpack(_ bytes: Span<UInt8>) throws(KernelImageError) {
    let reader = ByteReader(bytes)
    var at = 0
    while at < bytes.count, segments.count < Self.mostSegments {
      if bytes[at] == 0 {
        at += 1
        continue
      }
      if at >= erased {
        junk = at
        return
      }
      let last = segments.last
      if let last, last.compression == .lz4, !endsLZ4(reader, last) { return }
      if at % 4 != 0, bytes[at] == UInt8(ascii: "0") || last != nil && last?.compression == nil {
        return stop(at, "data that must begin at a multiple of 4 bytes")
      }
      let rest = bytes.extracting(at..<bytes.count)
      if CPIOArchive.matches(rest, at: 0) {
        at += try addPlain(rest, at)
      } else if let compression = Compression.detect(rest) {
        guard let count = try addCompressed(rest, compression, at) else { return }
        at += count
      } else {
        return addUnknown(rest, at)
      }
    }
  }

  private mutating func stop(_ at: Int, _ what: String) {
    junk = at
    faults.append(UnpackingFault(at: at, what, hint: "fill up with zeros before it"))
  }

  /// Whether the lz4 decoder sees the end of its data; if not, this is noted.
  private mutating func endsLZ4(
    _ reader: borrowing ByteReader, _ last: Initrd.Segment
  ) -> Bool {
    let end = Int(clamping: last.offset + last.byteCount)
    // Source: commit "lib/decompress_unlz4.c: correctly handle zero-padding around initrds" (v5.9).
    faults.append(
      UnpackingFault(
        .before(major: 5, minor: 9), at: end, "data behind lz4 data",
        hint: "put the lz4 archive last"))
    guard let word = reader.littleEndian32(at: end), word != 0 else { return true }
    stop(end, "data behind lz4 data without a word of zeros between them")
    return false
  }

  private mutating func addPlain(_ rest: Span<UInt8>, _ at: Int) throws(KernelImageError) -> Int {
    let archive = try CPIOArchive(rest, at: 0)
    segments.append(
      Initrd.Segment(
        compression: nil, offset: UInt64(at), byteCount: UInt64(archive.byteCount),
        isArchive: true, unpackedBytes: UInt64(archive.byteCount), isCounted: true))
    if !archive.hasTrailer {
      diagnostics.append(
        Diagnostic(
          .wrapperContradicted, .warning,
          "the archive at " + hexadecimal(UInt64(at)) + " of the initrd ends without a trailer",
          hint: "was it cut off?"))
    }
    if rest[5] == UInt8(ascii: "2") {
      // Source: commit "initramfs: support cpio extraction with file checksums" (v5.19).
      faults.append(
        UnpackingFault(
          .before(major: 5, minor: 19), at: at, "an archive with checksums",
          hint: "make it with cpio -o -H newc"))
    }
    return archive.byteCount
  }

  /// Adds a compressed archive and returns its size; nil when every kernel stops there.
  private mutating func addCompressed(
    _ rest: Span<UInt8>, _ compression: Compression, _ at: Int
  ) throws(KernelImageError) -> Int? {
    let head = StreamHead(rest, compression, at: at)
    var segment = Initrd.Segment(
      compression: compression, offset: UInt64(at), byteCount: UInt64(rest.count),
      isArchive: try holdsArchive(rest, compression, at),
      unpackedBytes: StreamExtent.assumed(rest, compression), isCounted: false,
      decoderBytes: head.decoderBytes)
    if let fault = head.fault {
      faults.append(fault)
      if fault.kernels == .all { return addUseless(&segment) }
    }
    if let extent = StreamExtent.of(rest, compression) {
      segment.byteCount = UInt64(extent.byteCount)
      segment.unpackedBytes = extent.unpackedBytes
      segment.isCounted = extent.isExact
    }
    guard verify, let fault = try count(&segment, rest, compression) else {
      segments.append(segment)
      return max(1, Int(clamping: segment.byteCount))
    }
    faults.append(
      UnpackingFault(at: at, fault.what, hint: "make it with cpio -o -H newc, and pack it alone"))
    if fault == .oldFormat { return addUseless(&segment) }
    segments.append(segment)
    return nil
  }

  /// Notes an archive that yields nothing.
  private mutating func addUseless(_ segment: inout Initrd.Segment) -> Int? {
    segment.unpackedBytes = 0
    segment.decoderBytes = 0
    segment.isCounted = true
    segments.append(segment)
    return nil
  }

  /// Checks the first inflated bytes; a stream that cannot be inflated here counts as an archive.
  private mutating func holdsArchive(
    _ rest: Span<UInt8>, _ compression: Compression, _ at: Int
  ) throws(KernelImageError) -> Bool {
    var head: [UInt8] = []
    do throws(InflationError) {
      _ = try inflate(rest, as: compression, limit: .max, head: 6) { chunk in
        let part = ByteReader(chunk).copy(0, min(chunk.count, 6 - head.count)) ?? []
        // Mostly the first part is all of it.
        if head.isEmpty { head = part } else { head += part }
        return head.count < 6
      }
    } catch {
      switch error {
      case .stopped: break
      case .corrupt, .truncated:
        if head.count < 6 {
          throw .notAKernel(
            looksLike: UnknownContent(
              "a damaged " + compression.rawValue + " file at " + hexadecimal(UInt64(at)),
              hint: "fetch or make it again"))
        }
      // A limit of this program does not mean that there is no archive.
      default: return true
      }
    }
    if CPIOArchive.matches(head.span, at: 0) || isOldFormat(head.span) { return true }
    diagnostics.append(
      Diagnostic(
        .initrdNotUnpacked, .warning,
        "the " + compression.rawValue + " data at " + hexadecimal(UInt64(at))
          + " of the initrd holds no cpio archive; the kernel will take it for a disk",
        hint: "check that it is the right file; make one with cpio -o -H newc"))
    return false
  }

  /// Inflates an archive to its end, and returns the fault of its content.
  private mutating func count(
    _ segment: inout Initrd.Segment, _ rest: Span<UInt8>, _ compression: Compression
  ) throws(KernelImageError) -> CPIOStream.Fault? {
    var content = CPIOStream(isFirst: segments.isEmpty)
    var consumed = 0
    var produced: UInt64 = 0
    do throws(InflationError) {
      // lz4 may have several frames, which the kernel reads as one.
      repeat {
        let inflated = try inflate(
          rest.extracting(consumed..<rest.count), as: compression, limit: left
        ) { chunk in
          content.take(chunk)
          return true
        }
        left -= min(left, inflated.produced)
        consumed += max(1, inflated.consumed)
        produced = saturatingSum(produced, inflated.produced)
      } while compression == .lz4
        && ByteReader(rest).matches(Compression.lz4.magic, at: consumed)
    } catch {
      switch error {
      case .corrupt, .truncated:
        throw .inflation(
          what: "the " + compression.rawValue + " data of the initrd", offset: segment.offset,
          cause: error)
      // It is at least that much, which is enough to know.
      case .exceedsLimit(let position, _):
        segment.unpackedBytes = saturatingSum(produced, position.produced)
        left = 0
      // A limit of this program says nothing about the archive.
      default: break
      }
      return nil
    }
    // Behind a short block of lz4 the kernel looks for another, but the library stops.
    let end = UInt64(consumed)
    if compression == .lz4, segment.byteCount < UInt64(rest.count), segment.byteCount != end {
      return nil
    }
    segment.byteCount = end
    segment.unpackedBytes = produced
    segment.isCounted = true
    // The lack of an archive is reported already.
    return segment.isArchive ? content.faultAtEnd : nil
  }

  /// Notes bytes that the kernel cannot unpack.
  private mutating func addUnknown(_ rest: Span<UInt8>, _ at: Int) {
    junk = at
    let isOld = isOldFormat(rest)
    if isOld {
      faults.append(
        UnpackingFault(at: at, "an archive of the old format", hint: "make it with cpio -o -H newc")
      )
    } else {
      diagnostics.append(
        Diagnostic(
          .initrdNotUnpacked, .warning,
          ByteCount(rest.count).description + " at " + hexadecimal(UInt64(at))
            + " of the initrd are no archive that a kernel unpacks: they look like "
            + UnknownContent(of: rest).name,
          hint: "check that the file is whole, and that nothing was put behind it"))
    }
    if segments.isEmpty {
      segments.append(
        Initrd.Segment(
          compression: nil, offset: UInt64(at), byteCount: UInt64(rest.count), isArchive: false,
          unpackedBytes: isOld ? 0 : UInt64(rest.count), isCounted: true))
    }
  }
}

/// Whether an old archive begins that kernels recognise and refuse.
private func isOldFormat(_ bytes: Span<UInt8>) -> Bool {
  ByteReader(bytes).matches(Array("070707".utf8), at: 0)
}

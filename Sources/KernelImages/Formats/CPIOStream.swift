// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Reads a decoder's output as the kernel's unpacker does: entries, and zeros between them, with or
/// without a trailer.
///
/// Source: init/initramfs.c (v4.19, v6.1, v7.1 alike), flush_buffer and the states that it drives;
/// Documentation/driver-api/early-userspace/buffer-format.rst (v6.1).
struct CPIOStream {
  /// A reason for the unpacker to stop.
  enum Fault { case junk, padding, oldFormat, notArchive, cut }

  private enum State { case between, header, body }

  private var state: State
  /// The remaining bytes of the part that is being skipped.
  private var left: UInt64 = 0
  private var header: [UInt8] = []
  private var position: UInt64 = 0
  /// The first fault.
  private(set) var fault: Fault?

  private static let headerBytes = 110

  /// Starts; the first archive of an initrd has no zeros before it.
  init(isFirst: Bool) {
    state = isFirst ? .header : .between
  }

  /// Takes the next bytes; after a fault they are ignored.
  mutating func take(_ chunk: Span<UInt8>) {
    var at = 0
    // Each turn passes a byte or more, or leaves the state of being between entries.
    while at < chunk.count, fault == nil {
      switch state {
      case .between:
        if chunk[at] == 0 {
          at += 1
          position += 1
        } else if position % 4 != 0 {
          fault = .padding
        } else if chunk[at] == 0x30 {
          state = .header
        } else {
          fault = .junk
        }
      case .header:
        let count = min(Self.headerBytes - header.count, chunk.count - at)
        header += ByteReader(chunk).copy(at, count) ?? []
        at += count
        position += UInt64(count)
        if header.count == Self.headerBytes { endHeader() }
      case .body:
        let count = min(left, UInt64(chunk.count - at))
        at += Int(truncatingIfNeeded: count)
        position += count
        left -= count
        if left == 0 { state = .between }
      }
    }
  }

  /// The fault at the end of the stream; nil when there is none.
  var faultAtEnd: Fault? {
    fault ?? (state == .between ? nil : .cut)
  }

  private mutating func endHeader() {
    guard CPIOArchive.matches(header.span, at: 0),
      let size = CPIOArchive.field(6, ByteReader(header.span), 0),
      let nameSize = CPIOArchive.field(11, ByteReader(header.span), 0)
    else {
      fault =
        ByteReader(header.span).matches(Array("070707".utf8), at: 0) ? .oldFormat : .notArchive
      return
    }
    header.removeAll(keepingCapacity: true)
    // Name and content are padded to whole words; the header begins at one.
    let nameEnd = (UInt64(Self.headerBytes) + nameSize + 3) & ~3
    left = ((nameEnd + size + 3) & ~3) - UInt64(Self.headerBytes)
    state = left == 0 ? .between : .body
  }
}

extension CPIOStream.Fault {
  /// The name of the fault, with its article.
  var what: String {
    switch self {
    case .junk: "junk inside an archive"
    case .padding: "an entry that does not begin at a multiple of 4 bytes"
    case .oldFormat: "an archive of the old format"
    case .notArchive: "something else than cpio entries"
    case .cut: "an archive that is cut off"
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Part of a segment's content; a segment has several in a row. Bytes of files are named, not
/// copied, so that the kernel reads a mapped file directly.
public enum SegmentPart: Sendable, Hashable {
  /// Bytes of a file, from `offset` on.
  case file(Source, offset: Int, count: Int)
  /// Bytes that were made.
  case bytes([UInt8])
  /// A number of zero bytes.
  case zeros(Int)

  /// A file of a boot.
  public enum Source: Sendable, Hashable {
    /// The file the kernel came in.
    case kernel
    /// An initial ramdisk, by its place among them.
    case initrd(Int)
  }

  /// The number of bytes.
  public var count: Int {
    switch self {
    case .file(_, _, let count): count
    case .bytes(let bytes): bytes.count
    case .zeros(let count): count
    }
  }
}

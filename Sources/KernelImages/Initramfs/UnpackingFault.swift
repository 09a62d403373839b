// SPDX-License-Identifier: Apache-2.0

/// A part of an initial ramdisk that ends its unpacking. The parts before it are still unpacked.
public struct UnpackingFault: Sendable, Hashable {
  /// The kernels that stop there.
  public enum Kernels: Sendable, Hashable {
    /// Every kernel.
    case all
    /// Those before a version.
    case before(major: UInt32, minor: UInt32)
    /// Those without a filter of lib/xz; most kernels for machines of other kinds lack it.
    case without(filter: String)
  }

  /// The kernels that stop.
  public let kernels: Kernels
  /// The offset in the payload of the initrd, in bytes.
  public let offset: UInt64
  /// The name of the part, with its article: `an lz4 frame`.
  public let what: String
  /// The remedy.
  public let hint: String

  init(_ kernels: Kernels = .all, at offset: Int, _ what: String, hint: String) {
    self.kernels = kernels
    self.offset = UInt64(max(0, offset))
    self.what = what
    self.hint = hint
  }
}

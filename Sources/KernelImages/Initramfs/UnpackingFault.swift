// SPDX-License-Identifier: Apache-2.0

/// What in an initial ramdisk ends its unpacking. What stands before it is unpacked all the same.
public struct UnpackingFault: Sendable, Hashable {
  /// The kernels that stop there.
  public enum Kernels: Sendable, Hashable {
    /// Every kernel.
    case all
    /// Those before a version.
    case before(major: UInt32, minor: UInt32)
    /// Those built without a filter of lib/xz, which most are that are not for its machines.
    case without(filter: String)
  }

  /// Which kernels stop.
  public let kernels: Kernels
  /// Where in the payload of the initrd, in bytes.
  public let offset: UInt64
  /// What stands there, with its article: `an lz4 frame`.
  public let what: String
  /// What to do about it.
  public let hint: String

  init(_ kernels: Kernels = .all, at offset: Int, _ what: String, hint: String) {
    self.kernels = kernels
    self.offset = UInt64(max(0, offset))
    self.what = what
    self.hint = hint
  }
}

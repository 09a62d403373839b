// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A file that was read or mapped for a boot. Who holds its bytes, and how, is the caller's matter.
public protocol BootFile: Sendable {
  /// The path as the user gave it.
  var path: String { get }
  /// All bytes of the file.
  var span: Span<UInt8> { @_lifetime(borrow self) get }
  /// The SHA-256 of the file, 64 hexadecimal digits; empty when no one wants to know.
  var digest: String { get }
}

extension BootFile {
  /// What a plan notes of the file.
  func planned(_ role: PlannedFile.Role) -> PlannedFile {
    PlannedFile(role: role, path: path, bytes: ByteCount(span.count), sha256: digest)
  }
}

/// The files of a boot, read or mapped.
public struct BootInputs<File: BootFile>: Sendable {
  /// The kernel; nil when a plan is made from figures alone.
  public var kernel: File?
  /// The initial ramdisks in the order they are put one behind the other.
  public var initrds: [File]
  /// The device tree; nil leaves it to the kernel's file or the running machine.
  public var tree: File?
  /// The overlays in the order they are applied.
  public var overlays: [File]
  /// The ELF file of the same kernel, for figures the image does not tell.
  public var vmlinux: File?

  /// Names the files.
  public init(
    kernel: File?, initrds: [File] = [], tree: File? = nil, overlays: [File] = [],
    vmlinux: File? = nil
  ) {
    self.kernel = kernel
    self.initrds = initrds
    self.tree = tree
    self.overlays = overlays
    self.vmlinux = vmlinux
  }
}

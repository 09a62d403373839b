// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A file that was read or mapped for a boot. The caller decides how its bytes are held.
public protocol BootFile: Sendable {
  /// The path as the user gave it.
  var path: String { get }
  /// All bytes of the file.
  var span: Span<UInt8> { @_lifetime(borrow self) get }
  /// The SHA-256 of the file, 64 hexadecimal digits; empty when it is not wanted.
  var digest: String { get }
}

extension BootFile {
  /// The file's entry in a plan.
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
  /// The device tree; nil uses that of the kernel's file or of the running machine.
  public var tree: File?
  /// The overlays in the order they are applied.
  public var overlays: [File]
  /// The ELF file of the same kernel, for figures that the image does not hold.
  public var vmlinux: File?

  /// Groups the files.
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

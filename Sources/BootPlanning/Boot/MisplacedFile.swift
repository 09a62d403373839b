// SPDX-License-Identifier: Apache-2.0
package import DeviceTree
package import KernelImages
import PhysicalMemory

/// A file of a known kind that its option cannot use.
package struct MisplacedFile: Error, Hashable, Sendable {
  /// The kind of such a file.
  package enum Content: Hashable, Sendable {
    /// A tree that is an overlay.
    case overlay
    /// A tree that is no overlay.
    case tree
    /// A kernel, with or without wrappers.
    case kernel
    /// A kind that the first bytes show.
    case image(ImageKind)
  }

  /// The role of the file.
  package let role: PlannedFile.Role
  /// Its kind.
  package let content: Content

  /// Groups a kind and a role.
  package init(_ content: Content, as role: PlannedFile.Role) {
    self.content = content
    self.role = role
  }

  /// Finds out whether a file is of another kind than its role needs: an initrd that is a kernel, a
  /// tree that is an overlay or a FIT.
  ///
  /// - Parameters:
  ///   - file: All bytes of the file.
  ///   - role: The role of the file.
  /// - Returns: nil when it fits the role, or its kind is unknown.
  package static func found(in file: Span<UInt8>, as role: PlannedFile.Role) -> Self? {
    guard let kind = ImageKind.detect(file) else { return nil }
    switch role {
    case .kernel:
      return kind == .deviceTree || kind == .cpio ? Self(.image(kind), as: role) : nil
    case .initrd:
      switch kind {
      case .cpio: return nil
      // A uImage has many types, and a compressed file may be a disk.
      case .compressed, .uImage:
        return (try? KernelImage.identify(file))?.kernel.map { _ in Self(.kernel, as: role) }
      // Makers of phones put a header of 512 bytes before ramdisks, too.
      case .mediaTek, .spreadtrum:
        return file.count > 512 ? found(in: file.extracting(512..<file.count), as: role) : nil
      // The magic number alone makes no tree.
      case .deviceTree, .fit:
        return (try? DeviceTree(flattened: file)).map { _ in Self(.image(kind), as: role) }
      default: return Self(.image(kind), as: role)
      }
    case .dtb, .overlay:
      guard kind == .deviceTree || kind == .fit else { return Self(.image(kind), as: role) }
      guard let tree = try? DeviceTree(flattened: file) else { return nil }
      return found(tree, as: role)
    case .vmlinux: return nil
    }
  }

  /// The same for a tree that was read.
  package static func found(_ tree: DeviceTree, as role: PlannedFile.Role) -> Self? {
    switch (tree.role, role) {
    case (.imageTree, _): Self(.image(.fit), as: role)
    case (.overlay, .dtb): Self(.overlay, as: role)
    case (.machine, .overlay): Self(.tree, as: role)
    default: nil
    }
  }
}

extension MisplacedFile: CustomStringConvertible {
  /// The message: the kind of the file, and the kind that was needed.
  package var description: String {
    let what =
      switch content {
      case .overlay: "an overlay"
      case .tree: "the tree of a machine"
      case .kernel: "a kernel"
      case .image(.fit): "a FIT"
      case .image(.androidBoot): "an Android boot image"
      case .image(.vendorBoot): "an Android vendor_boot"
      case .image(.deviceTree): "a DTB"
      case .image(.zImage): "a zImage"
      case .image(let kind): "a file of the kind " + kind.name
      }
    let wanted =
      switch role {
      case .kernel: "a kernel"
      case .initrd: "an initrd"
      case .dtb: "the DTB of a machine"
      case .overlay: "an overlay"
      case .vmlinux: "a vmlinux"
      }
    return "this is " + what + ", not " + wanted
  }

  /// What to try next.
  package var hint: String {
    switch (role, content) {
    case (.dtb, .overlay): "name it with --dtbo, and the board's own tree with --dtb"
    case (.overlay, .tree): "name it with --dtb; an overlay has fragments, and is made with dtc -@"
    case (_, .image(.fit)):
      "name it as the kernel; dumpimage -T flat_dt -p N -o PART takes one part out of it"
    case (_, .image(.androidBoot)):
      "name it as the kernel, if it has one; unpack_bootimg takes its parts out"
    case (_, .image(.vendorBoot)): "unpack_bootimg takes its ramdisk and its DTB out"
    case (_, .image(.deviceTree)): "name it with --dtb"
    case (_, .image(.cpio)): "name it with --initrd"
    case (_, .image(.treeTable)): "take the tree of the board out of it; kx inspect lists them"
    case (_, .image(.compressed)): "inflate it first"
    case (_, .image), (_, .kernel): "name it as the kernel"
    default: "name another file"
    }
  }
}

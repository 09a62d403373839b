// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import KernelImages
public import PhysicalMemory

/// Why a boot cannot be put together from its files.
public enum BootError: Error, Sendable {
  /// The file at `path` holds no 32-bit ARM kernel. `kind` is what it holds; nil when it is of no
  /// known kind.
  case notARM(path: String, kind: ImageKind?, architecture: String?)
  /// No source says how much memory the machine has. `path` is the tree, or the kernel where there
  /// is no tree.
  case noMemory(path: String, tree: DeviceTree.MissingMemory?)
  /// Part of a file is malformed.
  case image(path: String, KernelImageError)
  /// A device tree or an overlay cannot be read or edited.
  case tree(path: String, DeviceTreeError)
  /// An overlay cannot be applied.
  case overlay(path: String, DeviceTreeError)
  /// The user names a tree that the file does not hold.
  case noSuchTree(path: String, index: Int, count: Int)
  /// An option would have no effect.
  case vain(option: String, why: String)
  /// There is an overlay and no tree to apply it to.
  case overlayWithoutTree(path: String)
  /// A file is of another kind than its option needs.
  case misplaced(path: String, what: String, hint: String)
  /// A segment of a plan has another size than its source.
  case changed(segment: String, planned: ByteCount, found: ByteCount?)
}

extension BootError: CustomStringConvertible {
  /// The message; ``place`` names the file.
  public var description: String {
    switch self {
    case .notARM(_, let kind, let architecture):
      let what = kind?.name ?? "an unknown file"
      guard let architecture else { return "this is " + what + ", not a kernel" }
      return "this is a kernel for " + architecture + " (" + what
        + "); only 32-bit ARM kernels can be planned"
    case .noMemory(_, let tree):
      return "no source says how much memory the machine has"
        + (tree.map { ": " + $0.description } ?? "")
    case .image(_, let error): return error.description
    case .tree(_, let error), .overlay(_, let error): return error.description
    case .noSuchTree(_, let index, let count):
      return count == 0
        ? "the file holds no device tree to choose"
        : "the file holds \(count == 1 ? "1 device tree" : "\(count) device trees"), the first of which "
          + "is 0: there is no \(index)"
    case .vain(let option, let why): return option + " has no effect: " + why
    case .overlayWithoutTree: return "there is no device tree to apply the overlay to"
    case .misplaced(_, let what, _): return what
    case .changed(let segment, let planned, let found):
      return "the " + segment + " of the plan has " + planned.description
        + ", but its source gives "
        + (found.map { $0.description } ?? "nothing")
    }
  }

  /// The file at fault; empty when there is none.
  public var place: String {
    switch self {
    case .image(let path, _), .tree(let path, _), .overlay(let path, _), .noMemory(let path, _),
      .overlayWithoutTree(let path), .noSuchTree(let path, _, _), .misplaced(let path, _, _),
      .notARM(let path, _, _):
      path
    case .changed, .vain: ""
    }
  }

  /// What to try next.
  public var hint: String {
    switch self {
    case .notARM(_, _, .some): "name a zImage, uImage or Image that was built for ARCH=arm"
    case .notARM(_, .cpio, nil): "name the kernel, and this file with --initrd"
    case .notARM(_, .deviceTree, nil): "name the kernel, and this file with --dtb"
    case .notARM(_, .fit, nil): "it holds device trees alone: name the kernel"
    case .notARM: "kx inspect shows what the file holds; name one with a kernel in it"
    case .noMemory(_, nil): "give --ram FIRST-LAST, --machine FILE, or a DTB with a memory node"
    case .noMemory(_, .some(let reason)):
      "give --ram FIRST-LAST or --machine FILE, or add " + reason.remedy
    case .image(_, let error): error.hint
    case .tree(_, let error), .overlay(_, let error): error.hint
    case .noSuchTree: "kx inspect lists the trees of a file; --fit-config chooses those of a FIT"
    case .vain: "leave it out"
    case .overlayWithoutTree: "name the tree with --dtb"
    case .misplaced(_, _, let hint): hint
    case .changed: "make the plan anew"
    }
  }

  /// Whether the options are to blame, and no file.
  public var isUsage: Bool {
    switch self {
    case .overlayWithoutTree, .noSuchTree, .vain: true
    case .notARM, .noMemory, .image, .tree, .overlay, .misplaced, .changed: false
    }
  }
}

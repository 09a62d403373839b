// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import KernelImages
public import PhysicalMemory

/// Why the files of a boot cannot be put together.
public enum BootGatheringError: Error, Sendable {
  /// Part of a file cannot be read as what it should be.
  case image(path: String, KernelImageError)
  /// A device tree or an overlay cannot be read.
  case tree(path: String, DeviceTreeError)
  /// An overlay cannot be applied.
  case overlay(path: String, DeviceTreeError)
  /// There is an overlay and no tree to apply it to.
  case overlayWithoutTree(path: String)
  /// A segment of a plan has another size than its source.
  case changed(segment: String, planned: ByteCount, found: ByteCount?)
}

extension BootGatheringError: CustomStringConvertible {
  /// What is wrong; the place is told by ``place``.
  public var description: String {
    switch self {
    case .image(_, let error): return error.description
    case .tree(_, let error), .overlay(_, let error): return error.description
    case .overlayWithoutTree: return "there is no device tree to apply the overlay to"
    case .changed(let segment, let planned, let found):
      return "the " + segment + " of the plan has " + planned.description
        + ", but its source gives "
        + (found.map { $0.description } ?? "nothing")
    }
  }

  /// The file in which it is wrong; empty when it is none.
  public var place: String {
    switch self {
    case .image(let path, _), .tree(let path, _), .overlay(let path, _),
      .overlayWithoutTree(let path):
      path
    case .changed: ""
    }
  }

  /// What to try next.
  public var hint: String {
    switch self {
    case .image(_, let error): error.hint
    case .tree(_, let error), .overlay(_, let error): error.hint
    case .overlayWithoutTree: "name the tree with --dtb"
    case .changed: "make the plan anew"
    }
  }

  /// Whether the options are to blame, and no file.
  public var isUsage: Bool {
    if case .overlayWithoutTree = self { return true }
    return false
  }
}

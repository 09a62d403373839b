// SPDX-License-Identifier: Apache-2.0

extension DeviceTree {
  /// The subject of a flattened tree: all kinds begin with the same four bytes.
  public enum Role: Hashable, Sendable {
    /// A machine.
    case machine
    /// Changes to the tree of a machine.
    case overlay
    /// Kernels, ramdisks and trees in one file, as U-Boot reads it.
    case imageTree
  }

  /// The subject of the tree.
  ///
  /// Source: U-Boot 2024.01, doc/usage/fit/source_file_format.rst (`/images`); dtc 1.7,
  /// Documentation/dt-object-internal.txt (`__overlay__`, `__fixups__`).
  public var role: Role {
    // In most trees the nodes that identify a machine come first.
    for child in root.children
    where child.hasBaseName("chosen") || child.hasBaseName("cpus") || child.hasBaseName("memory") {
      return .machine
    }
    if root.properChild("images") != nil { return .imageTree }
    for child in root.children
    where child.hasBaseName("__fixups__") || child.properChild("__overlay__") != nil {
      return .overlay
    }
    return .machine
  }

  /// Finds a second tree behind a first, with only zeros in between.
  ///
  /// - Parameter file: All bytes of a file that begins with a tree.
  /// - Returns: The root of the second tree; nil when there is none, or it cannot be read.
  public static func rootBehind(_ file: Span<UInt8>) -> Node? {
    guard let size = totalSize(file), var at = Int(exactly: size), at > 0, at < file.count else {
      return nil
    }
    let end = min(file.count, at + 4096)
    while at < end, file[at] == 0 { at += 1 }
    guard at < file.count else { return nil }
    return try? root(flattened: file.extracting(at..<file.count))
  }
}

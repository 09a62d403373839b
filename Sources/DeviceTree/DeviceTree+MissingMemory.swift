// SPDX-License-Identifier: Apache-2.0

extension DeviceTree {
  /// The reason why a kernel finds no RAM in a tree.
  public enum MissingMemory: Hashable, Sendable {
    /// There is no memory node.
    case noNode
    /// A node has no `device_type`, or another, and is ignored.
    case untyped(path: String)
    /// A node has no ranges, or only empty ones: firmware was meant to fill them.
    case empty(path: String)
    /// The ranges of a node are shorter than the root's cells require.
    case short(path: String)
    /// A node is disabled.
    case disabled(path: String)
    /// A node stands too deep: it is no child of the root.
    case nested(path: String)
  }

  /// The reason why a kernel finds no RAM in the tree; of several reasons the one that is easiest
  /// to mend.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c, early_init_dt_scan_memory.
  public var missingMemory: MissingMemory {
    var reason: MissingMemory?
    for passedOver in passedOverMemory {
      switch passedOver {
      case .disabled, .empty, .short: return passedOver
      case .untyped: reason = passedOver
      case .nested: reason = reason ?? passedOver
      case .noNode: break
      }
    }
    return reason ?? .noNode
  }

  /// The memory nodes that kernels ignore, each with the reason.
  public var passedOverMemory: [MissingMemory] {
    var found: [MissingMemory] = []
    for steps in memoryNodes {
      guard let node = root.descendant(steps[...]) else { continue }
      let path = path(of: steps)
      if steps.count != 1 {
        found.append(.nested(path: path))
      } else if !node.isAvailable {
        found.append(.disabled(path: path))
      } else if let cells = try? CellCounts(root: root),
        let told = node.first("linux,usable-memory") ?? node.first("reg"), !told.value.isEmpty
      {
        if told.value.count < cells.perEntry * 4 {
          found.append(.short(path: path))
        } else if (try? cells.ranges(told, in: path, leavingRest: true).isEmpty) == true {
          found.append(.empty(path: path))
        }
      } else {
        found.append(.empty(path: path))
      }
    }
    for child in root.children where child.hasBaseName("memory") && !child.isMemory {
      found.append(.untyped(path: "/" + child.name))
    }
    return found
  }
}

extension DeviceTree.MissingMemory: CustomStringConvertible {
  /// The reason, behind the name of the tree: `names no memory`.
  public var description: String {
    switch self {
    case .noNode: "has no memory node, as trees from a kernel build do"
    case .untyped(let path): path + " has no device_type = \"memory\", so that kernels pass over it"
    case .empty(let path): path + " has no reg, or one of size 0, which firmware is meant to fill"
    case .short(let path): path + " has a reg too short for #address-cells and #size-cells"
    case .disabled(let path): path + " is disabled"
    case .nested(let path): path + " is no child of the root, where kernels look for memory"
    }
  }

  /// The addition that the tree needs.
  public var remedy: String {
    switch self {
    case .noNode: "memory@START { device_type = \"memory\"; reg = <START SIZE>; }; at the root"
    case .untyped(let path): "device_type = \"memory\"; to " + path
    case .empty(let path), .short(let path):
      "reg = <START SIZE>; to " + path + ", in the cells of the root"
    case .disabled(let path): "status = \"okay\"; to " + path
    case .nested: "the node to the root"
    }
  }
}

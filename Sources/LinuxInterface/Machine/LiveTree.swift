// SPDX-License-Identifier: Apache-2.0
import DeviceTree

/// Assembles the device tree that the kernel shows as directories and files.
///
/// A directory is a node and a file a property; `name`, which only repeats the node's name, is left
/// out. Nodes and properties are sorted by the bytes of their names, for Linux lists them in no
/// fixed order.
///
/// Source: Linux 6.1, drivers/of/kobj.c, drivers/of/base.c.
struct LiveTree<Kernel: KernelInterface> {
  private let reader: FileReader<Kernel>
  private let kernel: Kernel
  private var nodes = 0
  private var properties = 0
  private var bytes = 0

  /// The most nodes, as in the reader of flattened trees.
  private static var nodeLimit: Int { 65_536 }
  private static var propertyLimit: Int { 131_072 }
  private static var depthLimit: Int { 63 }
  /// The most bytes of all properties together.
  private static var byteLimit: Int { 16 << 20 }

  init(_ kernel: Kernel) {
    self.kernel = kernel
    reader = FileReader(kernel)
  }

  /// Reads the tree, flattened; nil when there is none.
  ///
  /// - Parameters:
  ///   - path: The directory of the root node.
  ///   - kernel: The running Linux.
  /// - Returns: The flattened tree.
  /// - Throws: ``LinuxInterfaceError`` with the path.
  static func flattened(
    _ path: String, from kernel: Kernel
  ) throws(LinuxInterfaceError) -> [UInt8]? {
    var tree = Self(kernel)
    guard try tree.reader.exists(path) else { return nil }
    let root = try tree.node(path, name: "", depth: 0)
    if root.children.isEmpty, root.properties.isEmpty { return nil }
    return DeviceTree(root: root).flattened()
  }

  private mutating func node(
    _ path: String, name: String, depth: Int
  ) throws(LinuxInterfaceError) -> Node {
    nodes += 1
    guard nodes <= Self.nodeLimit else {
      throw LinuxInterfaceError(path, .tooMany("nodes", limit: Self.nodeLimit))
    }
    guard depth <= Self.depthLimit else {
      throw LinuxInterfaceError(path, .tooMany("levels", limit: Self.depthLimit))
    }
    let entries: [DirectoryEntry]
    do throws(Errno) {
      entries = try kernel.listDirectory(path, limit: Self.nodeLimit)
    } catch {
      throw LinuxInterfaceError(path, .system(error, "listed"))
    }
    var node = Node(name)
    for entry in entries where entry.kind == .regular && entry.name != "name" {
      properties += 1
      guard properties <= Self.propertyLimit else {
        throw LinuxInterfaceError(path, .tooMany("properties", limit: Self.propertyLimit))
      }
      let value = try reader.bytes(path + "/" + entry.name, limit: Self.byteLimit)
      guard value.count <= Self.byteLimit - bytes else {
        throw LinuxInterfaceError(path, .tooMany("bytes of properties", limit: Self.byteLimit))
      }
      bytes += value.count
      node.properties.append(Property(entry.name, value))
    }
    for entry in entries where entry.kind == .directory {
      node.children.append(
        try self.node(path + "/" + entry.name, name: entry.name, depth: depth + 1))
    }
    return node
  }
}

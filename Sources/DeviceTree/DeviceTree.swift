// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A device tree as a value that can be edited: it describes the machine to the kernel.
///
/// Lookups take paths such as `/chosen` or `/soc/serial@101f1000`. A component without a unit
/// address also finds the one child that has this name and a unit address. If two children fit, it
/// finds none.
///
/// Source: Devicetree Specification v0.4, sections 2.2 and 5.
public struct DeviceTree: Sendable, Hashable {
  /// The physical id of the CPU that boots, `boot_cpuid_phys` of the header.
  public var bootCPU: UInt32
  /// The memory reservation block, in the order of the file and without its terminator.
  public var memoryReservations: [MemoryReservation]
  /// The root node; its name is empty.
  public var root: Node

  /// Builds a tree by hand.
  ///
  /// - Parameters:
  ///   - root: The root node.
  ///   - memoryReservations: The memory reservation block.
  ///   - bootCPU: The physical id of the CPU that boots.
  public init(
    root: Node = Node(), memoryReservations: [MemoryReservation] = [], bootCPU: UInt32 = 0
  ) {
    self.root = root
    self.memoryReservations = memoryReservations
    self.bootCPU = bootCPU
  }

  /// Finds a node.
  ///
  /// - Parameter path: Names from the root, separated by `/`; a path that does not begin with `/`
  ///   begins with the name of a property of `/aliases`.
  /// - Returns: nil when there is no such node or a component fits several.
  public func node(at path: String) -> Node? {
    guard let steps = steps(to: path) else { return nil }
    return root.descendant(steps[...])
  }

  /// Finds a node, as ``node(at:)`` does.
  public subscript(path: String) -> Node? { node(at: path) }

  /// Edits a node in place.
  ///
  /// - Parameters:
  ///   - path: Names from the root, separated by `/`.
  ///   - create: Whether missing nodes are appended to their parents.
  ///   - body: Changes the node.
  /// - Returns: What `body` returns; nil, with nothing changed, when there is no such node or a
  ///   component fits several.
  /// - Throws: What `body` throws.
  @discardableResult
  public mutating func edit<Result, Failure: Error>(
    _ path: String, create: Bool = false, _ body: (inout Node) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    if let steps = steps(to: path) { return try root.edit(steps[...], body) }
    guard create, path.utf8.first == UInt8(ascii: "/") else { return nil }
    var steps: [Int] = []
    var missing: [String] = []
    var parent = root
    for name in Self.components(of: path) {
      guard missing.isEmpty else {
        missing.append(name)
        continue
      }
      switch parent.findChild(name) {
      case .one(let index):
        steps.append(index)
        parent = parent.children[index]
      case .none: missing.append(name)
      case .several: return nil
      }
    }
    let appended = missing
    return try root.edit(steps[...]) { (node: inout Node) throws(Failure) -> Result in
      try node.append(appended[...], body)
    }
  }

  /// Gives the child indices on the way from the root to a node.
  func steps(to path: String) -> [Int]? {
    var names = Self.components(of: path)
    var steps: [Int] = []
    var node = root
    if path.utf8.first != UInt8(ascii: "/") {
      guard let alias = names.first, let target = aliasTarget(alias) else { return nil }
      names = Self.components(of: target) + names.dropFirst()
    }
    for name in names {
      guard case .one(let index) = node.findChild(name) else { return nil }
      steps.append(index)
      node = node.children[index]
    }
    return steps
  }

  private func aliasTarget(_ alias: String) -> String? {
    guard case .one(let index) = root.findChild("aliases"),
      let target = root.children[index].property(named: alias)?.asString,
      target.utf8.first == UInt8(ascii: "/")
    else { return nil }
    return target
  }

  static func components(of path: String) -> [String] {
    path.pieces(at: UInt8(ascii: "/"))
  }
}

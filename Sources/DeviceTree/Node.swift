// SPDX-License-Identifier: Apache-2.0

/// A node of a device tree with its properties and children, both in the order of the file.
public struct Node: Hashable, Sendable {
  /// The name with its unit address, `memory@40000000`; empty for the root.
  public var name: String
  /// The properties in order; a name that stands twice counts where it stands first.
  public var properties: [Property]
  /// The children in order.
  public var children: [Node]

  /// Makes a node.
  ///
  /// - Parameters:
  ///   - name: The name, up to 255 characters of printable ASCII without `/`.
  ///   - properties: The properties in order.
  ///   - children: The children in order.
  public init(_ name: String = "", properties: [Property] = [], children: [Node] = []) {
    self.name = name
    self.properties = properties
    self.children = children
  }

  /// The name without its unit address: `memory` of `memory@40000000`.
  public var baseName: String {
    guard let at = name.utf8.firstIndex(of: UInt8(ascii: "@")) else { return name }
    return String(name[..<at])
  }

  /// Tells whether ``baseName`` is a certain name. Most others differ in their first byte, which is
  /// cheaper to see.
  func hasBaseName(_ name: String) -> Bool {
    self.name.utf8.count >= name.utf8.count && self.name.utf8.first == name.utf8.first
      && baseName == name
  }

  /// Whether a driver may use the node: `status` is missing, `okay` or `ok`.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c, of_fdt_device_is_available.
  public var isAvailable: Bool {
    guard let status = property(named: "status") else { return true }
    return status.text == "okay" || status.text == "ok"
  }

  /// Finds a property by its exact name.
  public func property(named name: String) -> Property? {
    properties.first { $0.name == name }
  }

  /// Finds a child, with its unit address or, when only one child fits, without.
  public func child(named name: String) -> Node? {
    guard case .one(let index) = findChild(name) else { return nil }
    return children[index]
  }

  /// Sets a property to bytes; a new one is appended.
  public mutating func set(_ name: String, bytes: [UInt8]) {
    if let index = properties.firstIndex(where: { $0.name == name }) {
      properties[index].value = bytes
    } else {
      properties.append(Property(name, bytes))
    }
  }

  /// Sets a property to one 32-bit cell.
  public mutating func set(_ name: String, u32 number: UInt32) {
    set(name, cells: [number])
  }

  /// Sets a property to a 64-bit number of two cells.
  public mutating func set(_ name: String, u64 number: UInt64) {
    var bytes: [UInt8] = []
    bytes.appendBigEndian(number)
    set(name, bytes: bytes)
  }

  /// Sets a property to a text and its zero byte.
  public mutating func set(_ name: String, string: String) {
    set(name, strings: [string])
  }

  /// Sets a property to texts that each end with a zero byte.
  public mutating func set(_ name: String, strings: [String]) {
    var bytes: [UInt8] = []
    for string in strings {
      bytes += Array(string.utf8)
      bytes.append(0)
    }
    set(name, bytes: bytes)
  }

  /// Sets a property to 32-bit cells.
  public mutating func set(_ name: String, cells: [UInt32]) {
    var bytes: [UInt8] = []
    for cell in cells { bytes.appendBigEndian(cell) }
    set(name, bytes: bytes)
  }

  /// Removes every property of a name.
  ///
  /// - Returns: The first one's value, or nil when there was none.
  @discardableResult
  public mutating func remove(_ name: String) -> [UInt8]? {
    guard let found = property(named: name) else { return nil }
    properties.removeAll { $0.name == name }
    return found.value
  }
}

extension Node {
  /// What a search among children finds.
  enum Found: Equatable {
    case none
    case one(Int)
    case several
  }

  /// Searches the children: the exact name first, then the name without unit address.
  func findChild(_ name: String) -> Found {
    if let index = children.firstIndex(where: { $0.name == name }) { return .one(index) }
    let at = UInt8(ascii: "@")
    guard !name.utf8.contains(at) else { return .none }
    var found = Found.none
    let first = name.utf8.first
    for (index, child) in children.enumerated() {
      guard child.name.utf8.count > name.utf8.count, child.name.utf8.first == first,
        child.name.utf8.prefix(while: { $0 != at }).elementsEqual(name.utf8)
      else { continue }
      guard found == .none else { return .several }
      found = .one(index)
    }
    return found
  }

  func descendant(_ steps: ArraySlice<Int>) -> Node? {
    guard let step = steps.first else { return self }
    guard children.indices.contains(step) else { return nil }
    return children[step].descendant(steps.dropFirst())
  }

  mutating func edit<Result, Failure: Error>(
    _ steps: ArraySlice<Int>, _ body: (inout Node) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let step = steps.first else { return try body(&self) }
    guard children.indices.contains(step) else { return nil }
    return try children[step].edit(steps.dropFirst(), body)
  }

  /// Appends a chain of new nodes and edits the last; without names, edits this node.
  mutating func append<Result, Failure: Error>(
    _ names: ArraySlice<String>, _ body: (inout Node) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let name = names.first else { return try body(&self) }
    var child = Node(name)
    let result = try child.append(names.dropFirst(), body)
    children.append(child)
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A node of a device tree with its properties and children, both in the order of the file.
public struct Node: Sendable {
  /// The name with its unit address, `memory@40000000`; empty for the root. A zero byte ends it.
  public var name: String {
    get { String(decoding: nameBytes, as: UTF8.self) }
    set { nameBytes = Array(name: newValue) }
  }
  var nameBytes: [UInt8]
  /// The properties in order; of two with the same name the first counts.
  public var properties: [Property] {
    get { flattened?.all ?? own }
    _modify {
      if let flattened {
        own = flattened.all
        self.flattened = nil
      }
      yield &own
    }
  }
  /// The properties as they were read, until they are edited.
  private(set) var flattened: FlattenedProperties? {
    didSet { mayBeMemory = flattened?.isMemory ?? true }
  }
  /// Whether the node may still be a memory node; false once it is known to be none.
  private(set) var mayBeMemory = true
  /// The size of the unedited properties in the structure block; nil when they were edited.
  var flattenedCount: Int? { flattened?.range.count }
  /// The properties that were set by hand or edited.
  private var own: [Property]
  /// The children in order.
  public var children: [Node]

  /// Makes a node.
  ///
  /// - Parameters:
  ///   - name: The name, up to 255 characters of printable ASCII without `/`.
  ///   - properties: The properties in order.
  ///   - children: The children in order.
  public init(_ name: String = "", properties: [Property] = [], children: [Node] = []) {
    nameBytes = Array(name: name)
    own = properties
    self.children = children
  }

  init(nameBytes: [UInt8]) {
    self.nameBytes = nameBytes
    own = []
    children = []
  }

  /// Takes properties of a file; the node has none yet.
  mutating func take(_ properties: FlattenedProperties) {
    flattened = properties
  }

  /// The name without its unit address: `memory` of `memory@40000000`.
  public var baseName: String {
    String(decoding: baseNameBytes, as: UTF8.self)
  }

  /// The bytes of the name without its unit address.
  var baseNameBytes: [UInt8] { Array(nameBytes.prefix { $0 != UInt8(ascii: "@") }) }

  /// Whether it is a memory node.
  var isMemory: Bool {
    mayBeMemory && (flattened != nil || first("device_type")?.hasText("memory") ?? false)
  }

  /// Whether ``baseName`` is a certain name, which has no `@` in it.
  func hasBaseName(_ name: StaticString) -> Bool {
    let length = name.utf8CodeUnitCount
    let count = nameBytes.count
    // The length distinguishes most names.
    return (count == length || count > length && nameBytes[length] == UInt8(ascii: "@"))
      && nameBytes.begins(with: name)
  }

  /// Whether a driver may use the node: `status` is missing, `okay` or `ok`.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c, of_fdt_device_is_available.
  public var isAvailable: Bool {
    guard let status = first("status") else { return true }
    return status.hasText("okay") || status.hasText("ok")
  }

  /// Finds a property by its exact name.
  public func property(named name: StaticString) -> Property? { first(name) }

  /// Finds a property by its exact name. It has a name of its own so that a literal is not a
  /// String.
  func first(_ name: StaticString) -> Property? {
    if let flattened { return flattened.first(name) }
    return index(ofProperty: name).map { own[$0] }
  }

  /// The number in a property: nil without the property, and an inner nil when it is not one cell.
  func cell(_ name: StaticString) -> UInt32?? {
    if let flattened { return flattened.place(of: name).map { flattened.cell(at: $0.offset) } }
    return first(name).map { $0.asUInt32 }
  }

  func index(ofProperty name: StaticString) -> Int? {
    if let flattened { return flattened.place(of: name)?.index }
    for index in own.indices where own[index].nameBytes.equals(name) { return index }
    return nil
  }

  /// Finds a property by its exact name.
  @_disfavoredOverload
  public func property(named name: String) -> Property? {
    let name = Array(name.utf8)
    if let flattened {
      return flattened.place(of: name.span).flatMap { flattened.property(at: $0.offset) }
    }
    return index(ofProperty: name).map { own[$0] }
  }

  private func index(ofProperty name: [UInt8]) -> Int? {
    if let flattened { return flattened.place(of: name.span)?.index }
    for index in own.indices where own[index].nameBytes == name { return index }
    return nil
  }

  /// Finds a child, with its unit address or, when only one child fits, without.
  public func child(named name: String) -> Node? {
    guard case .one(let index) = findChild(name) else { return nil }
    return children[index]
  }

  /// Sets a property to bytes; a new one is appended.
  public mutating func set(_ name: String, bytes: [UInt8]) {
    let nameBytes = Array(name: name)
    if let index = index(ofProperty: nameBytes) {
      properties[index].value = bytes
    } else {
      properties.append(Property(nameBytes, bytes))
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
    let nameBytes = Array(name.utf8)
    guard let first = index(ofProperty: nameBytes) else { return nil }
    let value = properties[first].value
    properties.removeAll { $0.nameBytes == nameBytes }
    return value
  }
}

extension Node: Hashable {
  /// Whether two nodes have the same name, properties and children.
  public static func == (one: Self, other: Self) -> Bool {
    one.nameBytes == other.nameBytes && hasSameProperties(one, other)
      && one.children == other.children
  }

  private static func hasSameProperties(_ one: Self, _ other: Self) -> Bool {
    if let one = one.flattened, let other = other.flattened, one.isSame(as: other) { return true }
    return one.properties == other.properties
  }

  /// Hashes the name, the properties and the children.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(nameBytes)
    hasher.combine(properties)
    hasher.combine(children)
  }
}

extension Node {
  /// The result of a search among children.
  enum Found: Equatable {
    case none
    case one(Int)
    case several
  }

  /// Searches the children: the exact name first, then the name without unit address.
  func findChild(_ name: String) -> Found {
    let wanted = Array(name.utf8)
    for index in children.indices where children[index].nameBytes == wanted { return .one(index) }
    let at = UInt8(ascii: "@")
    guard !wanted.contains(at) else { return .none }
    let start = name + "@"
    var found = Found.none
    for index in children.indices where children[index].nameBytes[...].begins(with: start) {
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

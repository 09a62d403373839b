// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The places of the nodes and properties of a flattened tree in its bytes. Values are not copied:
/// the properties of an image tree are whole kernels.
///
/// Source: Devicetree Specification v0.4, 5.4.
struct FlattenedTree {
  /// A node; its parent stands before it.
  struct Node {
    let name: String
    let parent: Int
    var properties: [Property] = []
  }

  struct Property {
    let name: String
    let value: SafeRange
  }

  private(set) var nodes: [Node] = []

  /// The most nodes; no image tree has more.
  private static let mostNodes = 4096
  private static let mostProperties = 65_536
  private static let deepest = 16

  private enum Token {
    case begin(name: String)
    case end
    case property(nameOffset: UInt32, value: SafeRange)
    case finish
  }

  /// Reads a tree with a checked header.
  init(_ bytes: Span<UInt8>, _ header: FlattenedTreeHeader) throws(KernelImageError) {
    let tree = bytes.extracting(0..<header.byteCount)
    let reader = ByteReader(tree)
    var at = header.structOffset
    var open: [Int] = []
    var properties = 0
    while true {
      let place = at
      guard let token = Self.next(reader, &at) else { throw Self.damaged(reader, place) }
      switch token {
      case .begin(let name):
        guard nodes.count < Self.mostNodes, open.count < Self.deepest else {
          throw Self.damaged(reader, place)
        }
        nodes.append(Node(name: name, parent: open.last ?? 0))
        open.append(nodes.count - 1)
      case .end:
        guard open.popLast() != nil else { throw Self.damaged(reader, place) }
        if open.isEmpty { return }
      case .property(let offset, let value):
        properties += 1
        guard let owner = open.last, properties <= Self.mostProperties,
          let start = Int(exactly: offset), start <= tree.count - header.stringsOffset,
          let name = Self.string(reader, header.stringsOffset + start)
        else { throw Self.damaged(reader, place) }
        nodes[owner].properties.append(Property(name: name, value: value))
      case .finish:
        throw Self.damaged(reader, place)
      }
    }
  }

  private static func damaged(_ reader: borrowing ByteReader, _ at: Int) -> KernelImageError {
    .invalid(
      what: "device tree", field: "the structure", offset: UInt64(max(0, at)),
      value: UInt64(reader.bigEndian32(at: at) ?? 0))
  }

  /// Whether the tree has a node `/images`. The first part of its bytes is enough.
  static func looksLikeFIT(_ bytes: Span<UInt8>) -> Bool {
    let reader = ByteReader(bytes)
    guard let offset = reader.bigEndian32(at: 8), var at = Int(exactly: offset) else {
      return false
    }
    var depth = 0
    // Each token takes four bytes or more.
    while let token = next(reader, &at) {
      switch token {
      case .begin(let name):
        depth += 1
        if depth == 2, name == "images" { return true }
      case .end:
        depth -= 1
        if depth <= 0 { return false }
      case .property: break
      case .finish: return false
      }
    }
    return false
  }

  /// Reads one token and moves behind it; nil when it is damaged or cut off.
  private static func next(_ reader: borrowing ByteReader, _ at: inout Int) -> Token? {
    while let word = reader.bigEndian32(at: at) {
      at += 4
      switch word {
      case 1:
        guard let name = string(reader, at) else { return nil }
        at += (name.utf8.count + 4) & ~3
        return .begin(name: name)
      case 2: return .end
      case 3:
        guard let length = reader.bigEndian32(at: at), let name = reader.bigEndian32(at: at + 4),
          let value = SafeRange(UInt64(at) + 8, UInt64(length), within: reader.count)
        else { return nil }
        at = value.offset + (value.count + 3) & ~3
        return .property(nameOffset: name, value: value)
      case 4: continue
      case 9: return .finish
      default: return nil
      }
    }
    return nil
  }

  /// Reads a name of at most 255 bytes that ends with a zero.
  private static func string(_ reader: borrowing ByteReader, _ at: Int) -> String? {
    var bytes: [UInt8] = []
    while bytes.count < 256, let byte = reader.byte(at: at + bytes.count) {
      // Node names are ASCII; other bytes would change their length as text.
      if byte == 0 { return String(decoding: bytes, as: UTF8.self) }
      guard byte < 0x80 else { return nil }
      bytes.append(byte)
    }
    return nil
  }

  /// Finds a child by name.
  func child(_ name: String, of parent: Int) -> Int? {
    for index in nodes.indices.dropFirst()
    where nodes[index].parent == parent && nodes[index].name == name {
      return index
    }
    return nil
  }

  /// The children of a node, in order.
  func children(of parent: Int) -> [Int] {
    nodes.indices.dropFirst().filter { nodes[$0].parent == parent }
  }

  /// The place of a property's value.
  func value(_ name: String, of node: Int) -> SafeRange? {
    for property in nodes[node].properties where property.name == name { return property.value }
    return nil
  }

  /// A property of strings.
  func strings(_ name: String, of node: Int, in bytes: Span<UInt8>) -> [String] {
    guard let range = value(name, of: node),
      let text = ByteReader(bytes).copy(range.offset, range.count)
    else { return [] }
    return text.split(separator: 0).prefix(64).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A property of one or two cells.
  func number(_ name: String, of node: Int, in bytes: Span<UInt8>) -> UInt64? {
    guard let range = value(name, of: node) else { return nil }
    let reader = ByteReader(bytes)
    switch range.count {
    case 4: return reader.bigEndian32(at: range.offset).map { UInt64($0) }
    case 8: return reader.bigEndian64(at: range.offset)
    default: return nil
    }
  }
}

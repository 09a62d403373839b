// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The tokens of the structure block.
///
/// Source: Devicetree Specification v0.4, section 5.4.1.
enum StructureToken {
  static let beginNode: UInt32 = 1
  static let endNode: UInt32 = 2
  static let property: UInt32 = 3
  static let nop: UInt32 = 4
  static let end: UInt32 = 9
}

/// Reads the structure block from its first token to its last.
struct StructureReader {
  static let maximumDepth = 64
  static let maximumNodes = 65_536
  static let maximumProperties = 131_072
  static let maximumNameLength = 255

  private let structure: Range<Int>
  private let strings: Range<Int>
  /// Before version 16 nodes have full paths, and long values start at multiples of 8.
  private let isOld: Bool
  private var offset: Int
  private var nodes = 0
  private var properties = 0
  /// Names that were read last, each at a place that its offset tells, so that one used often is
  /// checked and kept once.
  private var names = [RecentName?](repeating: nil, count: recentNames)
  private static let recentNames = 128

  private struct RecentName {
    let offset: UInt32
    let bytes: [UInt8]
  }

  init(_ header: FlattenedHeader) {
    structure = header.structure
    strings = header.strings
    isOld = header.version < 16
    offset = structure.lowerBound
  }

  mutating func readTree(_ reader: ByteReader) throws(DeviceTreeError) -> Node {
    let first = try nextToken(reader)
    guard first == StructureToken.beginNode else {
      throw unexpected(first, "the beginning of the root node")
    }
    let root = try readNode(reader, depth: 1)
    let last = try nextToken(reader)
    guard last == StructureToken.end else {
      throw unexpected(last, "the end of the structure")
    }
    return root
  }

  /// Reads the root as far as its first child.
  mutating func readRoot(_ reader: ByteReader) throws(DeviceTreeError) -> Node {
    let first = try nextToken(reader)
    guard first == StructureToken.beginNode else {
      throw unexpected(first, "the beginning of the root node")
    }
    var root = Node(nameBytes: try readNodeName(reader, isRoot: true))
    while try nextToken(reader) == StructureToken.property {
      root.properties.append(try readProperty(reader))
    }
    dropName(of: &root)
    return root
  }

  /// Reads a node whose beginning has been read.
  private mutating func readNode(_ reader: ByteReader, depth: Int) throws(DeviceTreeError) -> Node {
    nodes += 1
    guard nodes <= Self.maximumNodes else {
      throw failure(.tooMany("nodes", limit: UInt64(Self.maximumNodes)))
    }
    guard depth <= Self.maximumDepth else {
      throw failure(.tooMany("levels", limit: UInt64(Self.maximumDepth)))
    }
    var node = Node(nameBytes: try readNodeName(reader, isRoot: depth == 1))
    while true {
      let token = try nextToken(reader)
      switch token {
      case StructureToken.property:
        guard node.children.isEmpty else {
          throw unexpected(token, "no property behind the first child")
        }
        node.properties.append(try readProperty(reader))
      case StructureToken.beginNode:
        if node.children.isEmpty { node.children.reserveCapacity(8) }
        node.children.append(try readNode(reader, depth: depth + 1))
      case StructureToken.endNode:
        dropName(of: &node)
        return node
      default:
        throw unexpected(token, "a property, a child or the end of the node")
      }
    }
  }

  /// Old versions repeat the name in a property, which dtc drops as well.
  private func dropName(of node: inout Node) {
    if isOld, node.property(named: "name")?.value == Array(node.baseName.utf8) + [0] {
      node.remove("name")
    }
  }

  private mutating func readNodeName(
    _ reader: ByteReader, isRoot: Bool
  ) throws(DeviceTreeError) -> [UInt8] {
    let start = offset
    // A full path of an old version is as long as its levels together.
    let limit = isOld ? Self.maximumNameLength * Self.maximumDepth : Self.maximumNameLength
    var bytes = try text(reader, start, structure.upperBound, limit, .structure)
    offset += bytes.count + 1
    try align(to: 4)
    if isOld, let slash = bytes.lastIndex(of: UInt8(ascii: "/")) { bytes.removeSubrange(...slash) }
    guard bytes.count <= Self.maximumNameLength, isRoot || !bytes.isEmpty,
      !bytes.contains(UInt8(ascii: "/"))
    else {
      throw DeviceTreeError(
        .structure, at: start,
        .invalidName("a node has 1 to 255 characters and no /, only the root has none"))
    }
    return bytes
  }

  private mutating func readProperty(_ reader: ByteReader) throws(DeviceTreeError) -> Property {
    properties += 1
    guard properties <= Self.maximumProperties else {
      throw failure(.tooMany("properties", limit: UInt64(Self.maximumProperties)))
    }
    let length = try readWord(reader)
    let name = try propertyName(reader, at: try readWord(reader))
    if isOld, length >= 8 { try align(to: 8) }
    guard UInt64(length) <= UInt64(structure.upperBound - offset),
      let value = reader.copy(offset, Int(length))
    else {
      throw failure(
        .truncated(needed: UInt64(length), available: UInt64(structure.upperBound - offset)))
    }
    offset += value.count
    try align(to: 4)
    return Property(name, value)
  }

  private mutating func propertyName(
    _ reader: ByteReader, at nameOffset: UInt32
  ) throws(DeviceTreeError) -> [UInt8] {
    let place = Int(nameOffset % UInt32(Self.recentNames))
    if let name = names[place], name.offset == nameOffset { return name.bytes }
    guard UInt64(nameOffset) < UInt64(strings.count) else {
      throw failure(.truncated(needed: UInt64(nameOffset) + 1, available: UInt64(strings.count)))
    }
    let start = strings.lowerBound + Int(nameOffset)
    let bytes = try text(reader, start, strings.upperBound, Self.maximumNameLength, .strings)
    guard !bytes.isEmpty else {
      throw DeviceTreeError(.strings, at: start, .invalidName("a property needs a name"))
    }
    names[place] = RecentName(offset: nameOffset, bytes: bytes)
    return bytes
  }

  /// Reads printable ASCII up to a zero byte, which must stand before `end`.
  private func text(
    _ reader: ByteReader, _ start: Int, _ end: Int, _ limit: Int,
    _ subject: DeviceTreeError.Subject
  ) throws(DeviceTreeError) -> [UInt8] {
    var at = start
    while at < end, let byte = reader.byte(at: at) {
      if byte == 0, let bytes = reader.copy(start, at - start) { return bytes }
      guard byte >= 0x20, byte < 0x7f else {
        throw DeviceTreeError(
          subject, at: at,
          .invalidName("byte " + hexadecimal(UInt64(byte)) + " is not printable ASCII"))
      }
      guard at - start < limit else {
        throw DeviceTreeError(
          subject, at: start, .invalidName("longer than " + String(limit) + " bytes"))
      }
      at += 1
    }
    throw DeviceTreeError(subject, at: start, .invalidName("no zero byte ends it"))
  }

  /// Gives the next token that is not a NOP.
  private mutating func nextToken(_ reader: ByteReader) throws(DeviceTreeError) -> UInt32 {
    while true {
      let token = try readWord(reader)
      if token != StructureToken.nop { return token }
    }
  }

  private mutating func readWord(_ reader: ByteReader) throws(DeviceTreeError) -> UInt32 {
    guard structure.upperBound - offset >= 4, let word = reader.bigEndian32(at: offset) else {
      throw failure(.truncated(needed: 4, available: UInt64(structure.upperBound - offset)))
    }
    offset += 4
    return word
  }

  /// Moves to a multiple of the alignment, counted from the start of the block.
  private mutating func align(to alignment: Int) throws(DeviceTreeError) {
    let rest = (offset - structure.lowerBound) % alignment
    guard rest != 0 else { return }
    guard alignment - rest <= structure.upperBound - offset else {
      throw failure(
        .truncated(
          needed: UInt64(alignment - rest), available: UInt64(structure.upperBound - offset)))
    }
    offset += alignment - rest
  }

  private func failure(_ problem: DeviceTreeError.Problem) -> DeviceTreeError {
    DeviceTreeError(.structure, at: offset, problem)
  }

  /// Blames the token that has just been read.
  private func unexpected(_ token: UInt32, _ expected: String) -> DeviceTreeError {
    DeviceTreeError(.structure, at: offset - 4, .unexpectedToken(token, expected: expected))
  }
}

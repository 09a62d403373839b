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
  private let blocks: FlattenedBlocks
  private var offset: Int
  private var nodes = 0
  private var properties = 0
  /// The last names that were checked, each in a slot of its offset, so that a name used often is
  /// checked once. No name stands at the largest offset. `device_type`, whose value matters, is not
  /// among them.
  private var names = [UInt32](repeating: .max, count: recentNames)
  private static let recentNames = 128

  init(_ reader: ByteReader, _ header: FlattenedHeader) {
    blocks = FlattenedBlocks(reader, header)
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
    var roots: [Node] = []
    try readNode(reader, depth: 1, into: &roots)
    let last = try nextToken(reader)
    guard last == StructureToken.end else {
      throw unexpected(last, "the end of the structure")
    }
    return roots[0]
  }

  /// Reads the root as far as its first child.
  mutating func readRoot(_ reader: ByteReader) throws(DeviceTreeError) -> Node {
    let first = try nextToken(reader)
    guard first == StructureToken.beginNode else {
      throw unexpected(first, "the beginning of the root node")
    }
    var root = Node(nameBytes: try readNodeName(reader, isRoot: true))
    try readProperties(reader, of: &root)
    dropName(of: &root)
    return root
  }

  /// Reads a node whose beginning has been read, and appends it to others.
  private mutating func readNode(
    _ reader: ByteReader, depth: Int, into siblings: inout [Node]
  ) throws(DeviceTreeError) {
    nodes += 1
    guard nodes <= Self.maximumNodes else {
      throw failure(.tooMany("nodes", limit: UInt64(Self.maximumNodes)))
    }
    guard depth <= Self.maximumDepth else {
      throw failure(.tooMany("levels", limit: UInt64(Self.maximumDepth)))
    }
    var node = Node(nameBytes: try readNodeName(reader, isRoot: depth == 1))
    try readProperties(reader, of: &node)
    while true {
      let token = try nextToken(reader)
      switch token {
      case StructureToken.property:
        throw unexpected(token, "no property behind the first child")
      case StructureToken.beginNode:
        // The root of most boards has the most children.
        if node.children.isEmpty { node.children.reserveCapacity(depth == 1 ? 64 : 8) }
        try readNode(reader, depth: depth + 1, into: &node.children)
      case StructureToken.endNode:
        dropName(of: &node)
        siblings.append(node)
        return
      default:
        throw unexpected(token, "a property, a child or the end of the node")
      }
    }
  }

  /// Removes the copy of the name that old versions keep in a property, as dtc does.
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
    let (end, slash) = try endOfText(reader, start, structure.upperBound, limit, .structure)
    offset = end + 1
    try align(to: 4)
    let first = isOld ? slash.map { $0 + 1 } ?? start : start
    guard end - first <= Self.maximumNameLength, isRoot || end != first, isOld || slash == nil,
      let bytes = reader.copy(first, end - first)
    else {
      throw DeviceTreeError(
        .structure, at: start,
        .invalidName("a node has 1 to 255 characters and no /, only the root has none"))
    }
    return bytes
  }

  /// Reads the properties of a node. They stay in place if they are contiguous.
  private mutating func readProperties(
    _ reader: ByteReader, of node: inout Node
  ) throws(DeviceTreeError) {
    let start = offset
    let read = properties
    var end = start
    var isPlain = !isOld
    var type: Range<Int>?
    while true {
      if !isOld, offset == end {
        passKnownProperties(reader)
        end = offset
      }
      guard try nextToken(reader) == StructureToken.property else { break }
      if offset != end + 4 { isPlain = false }
      let property = try checkProperty(reader)
      if property.isType, type == nil { type = property.value }
      end = offset
    }
    // The next reader sees the token again.
    offset -= 4
    guard end != start else { return }
    if isPlain {
      let first = start - structure.lowerBound
      let isMemory =
        type.flatMap { reader.copy($0.lowerBound, $0.count) }?.holdText("memory") ?? false
      node.take(
        FlattenedProperties(
          blocks: blocks, range: first..<(first + end - start), isMemory: isMemory))
      return
    }
    offset = start
    properties = read
    while offset < end, try nextToken(reader) == StructureToken.property {
      let property = try checkProperty(reader)
      if let name = blocks.name(at: property.name),
        let value = reader.copy(property.value.lowerBound, property.value.count)
      {
        node.properties.append(Property(name, value))
      }
    }
  }

  /// Skips valid properties with names that were checked: most of a tree. At any other property it
  /// stops, and ``checkProperty(_:)`` takes over.
  private mutating func passKnownProperties(_ reader: ByteReader) {
    let bytes = reader.bytes
    let known = names
    let names = known.span
    let end = structure.upperBound
    let most = Self.maximumProperties - properties
    var at = offset
    var count = 0
    // The block lies inside the bytes, and its first byte at a multiple of 4.
    while end &- at >= FlattenedProperties.headCount, count < most,
      unsafe bytes.word(uncheckedAt: at) == StructureToken.property
    {
      let length = unsafe bytes.word(uncheckedAt: at &+ 4)
      let name = unsafe bytes.word(uncheckedAt: at &+ 8)
      let place = Int(truncatingIfNeeded: name & UInt32(Self.recentNames - 1))
      // A slot with the largest offset is empty.
      guard unsafe names[unchecked: place] == name, name != .max, length <= UInt32(Int32.max - 3)
      else { break }
      let padded = Int(truncatingIfNeeded: (length &+ 3) & ~3)
      guard padded <= end &- at &- FlattenedProperties.headCount else { break }
      at &+= FlattenedProperties.headCount &+ padded
      count &+= 1
    }
    offset = at
    properties += count
  }

  /// Checks a property whose token has been read.
  ///
  /// - Returns: The offset of the name in the strings block, whether it is `device_type`, and the
  ///   place of the value.
  @inline(__always)
  private mutating func checkProperty(
    _ reader: ByteReader
  ) throws(DeviceTreeError) -> (name: Int, isType: Bool, value: Range<Int>) {
    properties += 1
    guard properties <= Self.maximumProperties else {
      throw failure(.tooMany("properties", limit: UInt64(Self.maximumProperties)))
    }
    let length = try readWord(reader)
    let name = try readWord(reader)
    guard name < UInt32(truncatingIfNeeded: strings.count) else {
      throw failure(.truncated(needed: UInt64(name) + 1, available: UInt64(strings.count)))
    }
    let place = Int(name % UInt32(Self.recentNames))
    var isType = false
    if names[place] != name {
      try checkName(reader, at: name)
      isType = blocks.holds("device_type", at: Int(name))
      if !isType { names[place] = name }
    }
    if isOld, length >= 8 { try align(to: 8) }
    let start = offset
    guard let count = Int(exactly: length), count <= structure.upperBound - start else {
      throw truncated(needing: UInt64(length))
    }
    offset += count
    let end = offset
    try align(to: 4)
    return (Int(name), isType, start..<end)
  }

  private func checkName(_ reader: ByteReader, at name: UInt32) throws(DeviceTreeError) {
    let start = strings.lowerBound + Int(name)
    let (end, _) = try endOfText(
      reader, start, strings.upperBound, Self.maximumNameLength, .strings)
    guard end != start else {
      throw DeviceTreeError(.strings, at: start, .invalidName("a property needs a name"))
    }
  }

  /// Checks printable ASCII up to a zero byte, which must stand before `end`.
  ///
  /// - Returns: The offset of the zero byte, and that of the last slash in front of it.
  private func endOfText(
    _ reader: ByteReader, _ start: Int, _ end: Int, _ limit: Int,
    _ subject: DeviceTreeError.Subject
  ) throws(DeviceTreeError) -> (end: Int, slash: Int?) {
    let bytes = reader.bytes
    let last = min(end, bytes.count, start + limit + 1)
    var at = start
    var slash = -1
    while at < last {
      let byte = unsafe bytes[unchecked: at]
      // From 0x20 to 0x7e.
      guard byte &- 0x20 < 0x5f else {
        if byte == 0 { return (at, slash < 0 ? nil : slash) }
        throw DeviceTreeError(
          subject, at: at,
          .invalidName("byte " + hexadecimal(UInt64(byte)) + " is not printable ASCII"))
      }
      if byte == UInt8(ascii: "/") { slash = at }
      at &+= 1
    }
    guard at - start <= limit else {
      throw DeviceTreeError(
        subject, at: start, .invalidName("longer than " + String(limit) + " bytes"))
    }
    throw DeviceTreeError(subject, at: start, .invalidName("no zero byte ends it"))
  }

  /// Gives the next token that is not a NOP.
  @inline(__always)
  private mutating func nextToken(_ reader: ByteReader) throws(DeviceTreeError) -> UInt32 {
    while true {
      let token = try readWord(reader)
      if token != StructureToken.nop { return token }
    }
  }

  @inline(__always)
  private mutating func readWord(_ reader: ByteReader) throws(DeviceTreeError) -> UInt32 {
    let start = offset
    // The block lies inside the bytes.
    guard structure.upperBound &- start >= 4 else { throw truncated(needing: 4) }
    offset = start &+ 4
    return unsafe reader.bytes.word(uncheckedAt: start)
  }

  /// Moves to a multiple of the alignment, counted from the start of the block.
  @inline(__always)
  private mutating func align(to alignment: Int) throws(DeviceTreeError) {
    // Alignments are powers of two.
    let gap = (structure.lowerBound &- offset) & (alignment - 1)
    guard gap <= structure.upperBound - offset else { throw truncated(needing: gap) }
    offset += gap
  }

  @inline(never)
  private func truncated(needing count: some BinaryInteger) -> DeviceTreeError {
    failure(.truncated(needed: UInt64(count), available: UInt64(structure.upperBound - offset)))
  }

  private func failure(_ problem: DeviceTreeError.Problem) -> DeviceTreeError {
    DeviceTreeError(.structure, at: offset, problem)
  }

  /// The error for the token that was read last.
  private func unexpected(_ token: UInt32, _ expected: String) -> DeviceTreeError {
    DeviceTreeError(.structure, at: offset - 4, .unexpectedToken(token, expected: expected))
  }
}

extension Span<UInt8> {
  /// The big-endian word at an offset that has four bytes.
  @unsafe @inline(__always)
  fileprivate func word(uncheckedAt at: Int) -> UInt32 {
    unsafe UInt32(self[unchecked: at]) << 24 | UInt32(self[unchecked: at &+ 1]) << 16
      | UInt32(self[unchecked: at &+ 2]) << 8 | UInt32(self[unchecked: at &+ 3])
  }
}

// SPDX-License-Identifier: Apache-2.0

extension DeviceTree {
  /// Writes the tree as a version 17 file without space to grow, byte for byte as dtc writes it:
  /// header, memory reservations, structure, strings.
  ///
  /// Source: Devicetree Specification v0.4, section 5.
  ///
  /// - Returns: The file.
  public func flattened() -> [UInt8] { written(withChosen: nil).bytes }

  /// Writes the tree, and returns the offset of `/chosen`, if another is written in its place.
  private func written(withChosen chosen: Node?) -> (bytes: [UInt8], chosenOffset: Int) {
    let structureOffset = structureOffset
    let chosenIndex = chosenIndex
    // Nodes are read in place: copying each takes as long as writing it.
    let nodes = [root]
    let others = chosen.map { [$0] } ?? []
    var structureCount = Self.byteCount(nodes) + Self.byteCount(others) + 4
    // Asking the node itself would copy it each time.
    let hasOther = !others.isEmpty
    if hasOther, let chosenIndex {
      structureCount -= Self.byteCount([root.children[chosenIndex]])
    }
    let stringsOffset = structureOffset + structureCount

    // Mostly the names are those of the file that was read, and few more.
    let names = (root.flattened?.blocks.strings.count ?? 0) + 256
    var file = FlattenedWriter(byteCount: stringsOffset, reserving: names)
    file.skip(FlattenedHeader.byteCount)
    for entry in memoryReservations where entry.size != 0 {
      file.write(entry.address)
      file.write(entry.size)
    }
    file.skip(16)
    var strings = StringsBlock()
    var chosenOffset = 0
    Self.writeHead(of: nodes, 0, to: &file, &strings)
    for index in root.children.indices {
      if hasOther, index == chosenIndex {
        chosenOffset = file.offset
        Self.write(others, 0, to: &file, &strings)
      } else {
        Self.write(root.children, index, to: &file, &strings)
      }
    }
    if hasOther, chosenIndex == nil {
      chosenOffset = file.offset
      Self.write(others, 0, to: &file, &strings)
    }
    file.write(StructureToken.endNode)
    file.write(StructureToken.end)

    file.rewind()
    file.write(FlattenedHeader.magic)
    file.write(UInt32(truncatingIfNeeded: stringsOffset + strings.bytes.count))
    file.write(UInt32(truncatingIfNeeded: structureOffset))
    file.write(UInt32(truncatingIfNeeded: stringsOffset))
    file.write(UInt32(FlattenedHeader.byteCount))
    file.write(FlattenedHeader.version)
    file.write(FlattenedHeader.lastCompatibleVersion)
    file.write(bootCPU)
    file.write(UInt32(truncatingIfNeeded: strings.bytes.count))
    file.write(UInt32(truncatingIfNeeded: structureCount))
    file.append(strings.bytes)
    return (file.bytes, chosenOffset)
  }

  /// Writes the tree with another `/chosen`, and returns the offsets of the values of two of its
  /// properties.
  func flattened(
    withChosen node: Node, locating one: StaticString, _ other: StaticString
  ) -> (bytes: [UInt8], values: (Int, Int)?) {
    let (bytes, offset) = written(withChosen: node)
    guard let first = node.index(ofProperty: one), let second = node.index(ofProperty: other)
    else { return (bytes, nil) }
    let properties = node.properties
    let start = offset + Self.headCount(node.nameBytes) + FlattenedProperties.headCount
    return (
      bytes,
      (
        start + Self.byteCount(properties[..<first]),
        start + Self.byteCount(properties[..<second])
      )
    )
  }

  /// The offset behind the reservations and the entry of zeros that ends them.
  private var structureOffset: Int {
    var count = 1
    for entry in memoryReservations where entry.size != 0 { count += 1 }
    return FlattenedHeader.byteCount + 16 * count
  }

  /// The size of nodes in the structure block.
  private static func byteCount(_ nodes: [Node]) -> Int {
    var count = 0
    for index in nodes.indices {
      // The last token is the one at the end of the node.
      count += headCount(nodes[index].nameBytes) + 4
      count += nodes[index].flattenedCount ?? byteCount(nodes[index].properties[...])
      if !nodes[index].children.isEmpty { count += byteCount(nodes[index].children) }
    }
    return count
  }

  /// The size of a token, the name and its zero byte.
  private static func headCount(_ name: [UInt8]) -> Int {
    4 + FlattenedWriter.padded(name.count + 1)
  }

  private static func byteCount(_ properties: ArraySlice<Property>) -> Int {
    var count = 0
    for index in properties.indices {
      count +=
        FlattenedProperties.headCount
        + FlattenedWriter.padded(properties[index].value.count)
    }
    return count
  }

  /// Writes one of several nodes.
  private static func write(
    _ nodes: [Node], _ index: Int, to file: inout FlattenedWriter, _ strings: inout StringsBlock
  ) {
    writeHead(of: nodes, index, to: &file, &strings)
    for child in nodes[index].children.indices {
      write(nodes[index].children, child, to: &file, &strings)
    }
    file.write(StructureToken.endNode)
  }

  /// Writes the part of a node in front of its children.
  private static func writeHead(
    of nodes: [Node], _ index: Int, to file: inout FlattenedWriter, _ strings: inout StringsBlock
  ) {
    file.write(nodeNamed: nodes[index].nameBytes)
    if let properties = nodes[index].flattened {
      strings.prepare(for: properties.blocks)
      file.write(properties) { strings.offset(ofNameAt: $0, in: properties.blocks) }
    } else {
      for property in nodes[index].properties {
        file.write(property.value, ofPropertyNamedAt: strings.offset(of: property.nameBytes.span))
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

extension DeviceTree {
  /// Writes the tree as a version 17 file of its true size, byte for byte as dtc writes it: header,
  /// memory reservations, structure, strings, without space to grow.
  ///
  /// Names count up to their first zero byte, of which a name that was read has none.
  ///
  /// Source: Devicetree Specification v0.4, section 5.
  ///
  /// - Returns: The file.
  public func flattened() -> [UInt8] {
    let entries = memoryReservations.filter { $0.size != 0 }
    let structureOffset = FlattenedHeader.byteCount + 16 * (entries.count + 1)
    let structureCount = Self.byteCount(root) + 4
    let stringsOffset = structureOffset + structureCount

    var file = FlattenedWriter(byteCount: stringsOffset)
    file.skip(FlattenedHeader.byteCount)
    for entry in entries {
      file.write(entry.address)
      file.write(entry.size)
    }
    file.skip(16)
    var strings = StringsBlock()
    Self.write(root, to: &file, &strings)
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
    return file.bytes + strings.bytes
  }

  /// The bytes that a node takes in the structure block.
  private static func byteCount(_ node: Node) -> Int {
    // Two tokens, the name and its zero byte.
    var count = 8 + FlattenedWriter.padded(StringsBlock.bytes(of: node.nameBytes).count + 1)
    for index in node.properties.indices {
      count += 12 + FlattenedWriter.padded(node.properties[index].value.count)
    }
    for index in node.children.indices { count += byteCount(node.children[index]) }
    return count
  }

  private static func write(
    _ node: Node, to file: inout FlattenedWriter, _ strings: inout StringsBlock
  ) {
    file.write(StructureToken.beginNode)
    file.write(StringsBlock.bytes(of: node.nameBytes))
    file.skip(1)
    file.pad()
    for index in node.properties.indices {
      file.write(StructureToken.property)
      file.write(UInt32(truncatingIfNeeded: node.properties[index].value.count))
      file.write(strings.offset(of: node.properties[index].nameBytes))
      file.write(node.properties[index].value)
      file.pad()
    }
    for index in node.children.indices { write(node.children[index], to: &file, &strings) }
    file.write(StructureToken.endNode)
  }
}

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
    var structure: [UInt8] = []
    var strings = StringsBlock()
    Self.append(root, to: &structure, &strings)
    structure.appendBigEndian(StructureToken.end)

    let entries = memoryReservations.filter { $0.size != 0 }
    let structureOffset = FlattenedHeader.byteCount + 16 * (entries.count + 1)
    let stringsOffset = structureOffset + structure.count
    let totalSize = stringsOffset + strings.bytes.count

    var file: [UInt8] = []
    file.reserveCapacity(totalSize)
    file.appendBigEndian(FlattenedHeader.magic)
    file.appendBigEndian(UInt32(truncatingIfNeeded: totalSize))
    file.appendBigEndian(UInt32(truncatingIfNeeded: structureOffset))
    file.appendBigEndian(UInt32(truncatingIfNeeded: stringsOffset))
    file.appendBigEndian(UInt32(FlattenedHeader.byteCount))
    file.appendBigEndian(FlattenedHeader.version)
    file.appendBigEndian(FlattenedHeader.lastCompatibleVersion)
    file.appendBigEndian(bootCPU)
    file.appendBigEndian(UInt32(truncatingIfNeeded: strings.bytes.count))
    file.appendBigEndian(UInt32(truncatingIfNeeded: structure.count))
    for entry in entries + [MemoryReservation(address: 0, size: 0)] {
      file.appendBigEndian(entry.address)
      file.appendBigEndian(entry.size)
    }
    file += structure
    file += strings.bytes
    return file
  }

  private static func append(
    _ node: Node, to structure: inout [UInt8], _ strings: inout StringsBlock
  ) {
    structure.appendBigEndian(StructureToken.beginNode)
    structure += StringsBlock.bytes(of: node.name)
    structure.append(0)
    pad(&structure)
    for property in node.properties {
      structure.appendBigEndian(StructureToken.property)
      structure.appendBigEndian(UInt32(truncatingIfNeeded: property.value.count))
      structure.appendBigEndian(strings.offset(of: property.name))
      structure += property.value
      pad(&structure)
    }
    for child in node.children { append(child, to: &structure, &strings) }
    structure.appendBigEndian(StructureToken.endNode)
  }

  private static func pad(_ structure: inout [UInt8]) {
    while structure.count % 4 != 0 { structure.append(0) }
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension DeviceTree {
  /// Reads a flattened tree; bytes behind its total size are ignored.
  ///
  /// Everything is checked. The blocks lie inside the total size, and that inside the bytes. Tokens
  /// stand where they may. Names are printable ASCII of at most 255 bytes. There are at most 64
  /// levels, 65 536 nodes and 131 072 properties. Versions 2 to 17 are read.
  ///
  /// Source: Devicetree Specification v0.4, section 5; Linux 6.1, scripts/dtc/libfdt/fdt.c and
  /// drivers/of/fdt.c (64 levels).
  ///
  /// - Parameter bytes: The file, from the magic number on.
  /// - Throws: The rule that the bytes break, with the offset.
  public init(flattened bytes: Span<UInt8>) throws(DeviceTreeError) {
    let reader = ByteReader(bytes)
    let header = try FlattenedHeader(reader)
    var structure = StructureReader(reader, header)
    self.init(
      root: try structure.readTree(reader),
      memoryReservations: try Self.memoryReservations(reader, header),
      bootCPU: header.bootCPU)
  }

  /// Reads only the root's own properties of a flattened tree, to choose a tree from a folder of
  /// them.
  ///
  /// - Parameter bytes: The file, from the magic number on.
  /// - Returns: The root with its properties, without children.
  /// - Throws: The rule that the header or the bytes so far break, with the offset.
  public static func root(flattened bytes: Span<UInt8>) throws(DeviceTreeError) -> Node {
    let reader = ByteReader(bytes)
    var structure = StructureReader(reader, try FlattenedHeader(reader))
    return try structure.readRoot(reader)
  }

  /// Reads the length of a flattened tree from its header, and checks only its magic number.
  ///
  /// - Parameter bytes: The file, from the magic number on.
  /// - Returns: The length in bytes, nil when there is no magic number.
  public static func totalSize(_ bytes: Span<UInt8>) -> UInt64? {
    let reader = ByteReader(bytes)
    guard reader.bigEndian32(at: 0) == FlattenedHeader.magic, let size = reader.bigEndian32(at: 4)
    else { return nil }
    return UInt64(size)
  }

  /// Reads entries up to the first of length 0, where the kernel and dtc stop.
  private static func memoryReservations(
    _ reader: ByteReader, _ header: FlattenedHeader
  ) throws(DeviceTreeError) -> [MemoryReservation] {
    let limit = 4096
    var entries: [MemoryReservation] = []
    var offset = header.reservationsOffset
    while entries.count <= limit {
      guard offset <= header.totalSize - 16, let address = reader.bigEndian64(at: offset),
        let size = reader.bigEndian64(at: offset + 8)
      else {
        throw DeviceTreeError(
          .memoryReservations, at: offset, .missing("the entry of length 0 that ends the list"))
      }
      if size == 0 { return entries }
      entries.append(MemoryReservation(address: address, size: size))
      offset += 16
    }
    throw DeviceTreeError(
      .memoryReservations, at: offset, .tooMany("entries", limit: UInt64(limit)))
  }
}

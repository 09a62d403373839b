// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A tree that is written before the place of the initrd is known, because that depends on the size
/// of the tree.
public struct FlattenedDeviceTree: Sendable {
  private let bytes: [UInt8]
  /// The offsets of the cells with the first byte of the initrd and with the byte behind its last.
  private let initrd: (start: Int, end: Int)?

  /// Writes a tree.
  ///
  /// - Parameters:
  ///   - tree: The tree.
  ///   - withInitrd: Whether to leave room for the address of an initrd below 4 GiB.
  /// - Throws: ``DeviceTreeError``
  public init(_ tree: DeviceTree, withInitrd: Bool) throws(DeviceTreeError) {
    if withInitrd {
      var tree = tree
      _ = tree.removeInitrdReservations()
      // Only this node is changed: changing it in the tree would copy all others.
      var chosen = tree.chosen ?? Node("chosen")
      chosen.setInitrd(0, end: 0x1000)
      let written = tree.flattened(
        withChosen: chosen, locating: "linux,initrd-start", "linux,initrd-end")
      bytes = written.bytes
      initrd = written.values.map { (start: $0.0, end: $0.1) }
    } else {
      bytes = tree.flattened()
      initrd = nil
    }
  }

  /// The size of the file, which does not depend on the initrd.
  public var byteCount: ByteCount { ByteCount(bytes.count) }

  /// Gives the file.
  ///
  /// - Parameter place: The place of the initrd; nil leaves the file unchanged.
  /// - Returns: The flattened tree.
  /// - Throws: A place that needs more than one cell.
  public func file(initrd place: PhysicalRange?) throws(DeviceTreeError) -> [UInt8] {
    guard let place, let initrd else { return bytes }
    guard let end = place.end.flatMap({ UInt32(exactly: $0.rawValue) }),
      let start = UInt32(exactly: place.first.rawValue)
    else { throw DeviceTreeError(.node("/chosen"), .doesNotFit(place.last.rawValue, cells: 1)) }
    var file = FlattenedWriter(copying: bytes)
    file.write(start, at: initrd.start)
    file.write(end, at: initrd.end)
    return file.bytes
  }
}

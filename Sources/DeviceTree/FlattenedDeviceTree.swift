// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A tree that is written before it is known where the initrd goes, which depends on the size of
/// the tree.
public struct FlattenedDeviceTree: Sendable {
  private let bytes: [UInt8]
  /// Where the cell with the first byte of the initrd stands, and that with the byte behind its last.
  private let initrd: (start: Int, end: Int)?

  /// Writes a tree.
  ///
  /// - Parameters:
  ///   - tree: The tree.
  ///   - withInitrd: Whether to leave room for the place of an initrd below 4 GiB.
  /// - Throws: ``DeviceTreeError``
  public init(_ tree: DeviceTree, withInitrd: Bool) throws(DeviceTreeError) {
    if withInitrd {
      var tree = tree
      _ = tree.removeInitrdReservations()
      // Only this node is changed: to change it in the tree would copy all the others.
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

  /// The bytes of the file, wherever the initrd goes.
  public var byteCount: ByteCount { ByteCount(bytes.count) }

  /// Gives the file.
  ///
  /// - Parameter place: Where the initrd goes; nil leaves what was written.
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

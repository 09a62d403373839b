// SPDX-License-Identifier: Apache-2.0

extension DeviceTree {
  /// Merges an overlay into the tree. The result has the same content as that of fdtoverlay.
  ///
  /// Source: dtc, Documentation/dt-object-internal.txt; Linux 6.1,
  /// scripts/dtc/libfdt/fdt_overlay.c.
  ///
  /// - Parameter overlay: The overlay, a tree of fragments compiled with `dtc -@`.
  /// - Returns: One edit for each fragment. After an error the tree is unchanged.
  /// - Throws: The missing or malformed part, with its path in the overlay.
  public mutating func apply(overlay: DeviceTree) throws(DeviceTreeError) -> [Edit] {
    var references = OverlayReferences(overlay.root)
    try references.resolve(in: self)
    var merge = OverlayMerge(base: root, overlay: references.root)
    try merge.mergeFragments()
    try merge.mergeSymbols()
    root = merge.base
    return merge.edits
  }
}

extension Node {
  /// The number by which other nodes refer to this one.
  var phandle: UInt32? {
    property(named: "phandle")?.asUInt32 ?? property(named: "linux,phandle")?.asUInt32
  }

  /// The highest phandle of this node and all nodes below.
  var highestPhandle: UInt32 {
    children.reduce(phandle ?? 0) { max($0, $1.highestPhandle) }
  }
}

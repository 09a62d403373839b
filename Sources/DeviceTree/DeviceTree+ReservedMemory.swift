// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension DeviceTree {
  /// Lists the memory that the tree reserves, as the kernel reads it.
  ///
  /// Children of `/reserved-memory` whose status is not okay are left out. Entries that the kernel
  /// would refuse are listed in ``ReservedMemory/ignored``. If the place of one is clear, it is
  /// listed as reserved, too, because its author meant it to be.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c (fdt_scan_reserved_mem, __reserved_mem_check_root) and
  /// drivers/of/of_reserved_mem.c (__reserved_mem_alloc_size).
  ///
  /// - Returns: The reservations, with reasons.
  /// - Throws: Cell counts of the root that cannot be read, or more ranges than any machine has.
  public func reservedMemory() throws(DeviceTreeError) -> ReservedMemory {
    try reservedMemory(initrd: initrd)
  }

  func reservedMemory(initrd: PhysicalRange?) throws(DeviceTreeError) -> ReservedMemory {
    var fixed: [ReservedMemory.FixedRegion] = []
    var dynamic: [ReservedMemory.DynamicRegion] = []
    var ignored: [String] = []
    let cells = try CellCounts(root: root)
    var count = 0
    for index in root.children.indices
    where root.children[index].hasBaseName("reserved-memory") {
      let folder = root.children[index]
      if CellCounts(folder) != cells || folder.first("ranges") == nil {
        ignored.append(
          "/" + folder.name + ": its cell counts are not the root's, or ranges is missing")
      }
      for region in folder.children where region.isAvailable {
        let path = "/" + folder.name + "/" + region.name
        if let reg = region.first("reg") {
          let ranges: [PhysicalRange]
          do {
            ranges = try cells.ranges(reg, in: path)
          } catch {
            ignored.append(error.description)
            continue
          }
          count += ranges.count
          guard count <= CellCounts.maximumRanges else {
            throw DeviceTreeError(
              .node(path), .tooMany("reserved ranges", limit: UInt64(CellCounts.maximumRanges)))
          }
          fixed.append(
            ReservedMemory.FixedRegion(
              name: region.name, ranges: ranges,
              isNoMap: region.first("no-map") != nil,
              isReusable: region.first("reusable") != nil))
        } else if let size = region.first("size") {
          guard let region = Self.dynamicRegion(region, size, cells, path) else {
            ignored.append(path + ": size, alignment or alloc-ranges cannot be read")
            continue
          }
          dynamic.append(region)
        }
      }
    }
    return ReservedMemory(
      memoryReservations: memoryReservations, fixed: fixed, dynamic: dynamic, ignored: ignored,
      initrd: initrd)
  }

  private static func dynamicRegion(
    _ node: Node, _ size: Property, _ cells: CellCounts, _ path: String
  ) -> ReservedMemory.DynamicRegion? {
    guard size.value.count == Int(cells.size) * 4, let length = size.asUInt64 else { return nil }
    var alignment: ByteCount?
    if let property = node.first("alignment") {
      guard property.value.count == Int(cells.address) * 4, let bytes = property.asUInt64 else {
        return nil
      }
      alignment = ByteCount(bytes)
    }
    var allowed: [PhysicalRange] = []
    if let property = node.first("alloc-ranges") {
      guard let ranges = try? cells.ranges(property, in: path) else { return nil }
      allowed = ranges
    }
    return ReservedMemory.DynamicRegion(
      name: node.name, size: ByteCount(length), alignment: alignment, allowed: allowed,
      isNoMap: node.first("no-map") != nil,
      isReusable: node.first("reusable") != nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

extension DeviceTree {
  /// Lists the RAM of every node whose `device_type` is `memory`, in the order of the tree, which
  /// is also the decompressor's.
  ///
  /// Addresses and sizes have the cells of the root, whatever the depth of the node; empty ranges
  /// are left out.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c (early_init_dt_scan_memory) and
  /// arch/arm/boot/compressed/fdt_check_mem_start.c.
  ///
  /// - Parameter preferringUsable: Whether `linux,usable-memory`, which a crash kernel gets,
  ///   overrides `reg`, as in the kernel.
  /// - Returns: One entry for each range.
  /// - Throws: A memory node or a cell count that cannot be read.
  public func memoryBanks(
    preferringUsable: Bool = true
  ) throws(DeviceTreeError) -> [MemoryBank] {
    let cells = try CellCounts(root: root)
    var banks: [MemoryBank] = []
    for steps in memoryNodes {
      guard let node = root.descendant(steps[...]) else { continue }
      let usable = preferringUsable ? node.first("linux,usable-memory") : nil
      guard let told = usable ?? node.first("reg") else { continue }
      let path = path(of: steps)
      for range in try cells.ranges(told, in: path, leavingRest: true) {
        banks.append(
          MemoryBank(
            range: range, path: path, isTakenByKernel: steps.count == 1 && node.isAvailable,
            isUsableMemory: usable != nil))
      }
      guard banks.count <= CellCounts.maximumRanges else {
        throw DeviceTreeError(
          .node(path), .tooMany("banks of memory", limit: UInt64(CellCounts.maximumRanges)))
      }
    }
    return banks
  }

  /// Lists the RAM that the kernel reads from the tree, in the order of the tree.
  ///
  /// - Parameter preferringUsable: As in ``memoryBanks(preferringUsable:)``.
  /// - Returns: One range for each entry.
  /// - Throws: A memory node or a cell count that cannot be read.
  public func memory(preferringUsable: Bool = true) throws(DeviceTreeError) -> [PhysicalRange] {
    try memoryBanks(preferringUsable: preferringUsable).filter { $0.isTakenByKernel }
      .map { $0.range }
  }

  /// Reads `linux,usable-memory-range` of `/chosen`, which caps the memory that is used.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c (early_init_dt_check_for_usable_mem_range).
  ///
  /// - Returns: The ranges, empty when there is no such property.
  /// - Throws: ``DeviceTreeError`` when the property is not made of ranges.
  public func usableMemoryRanges() throws(DeviceTreeError) -> [PhysicalRange] {
    guard let path = chosenPath,
      let property = chosen?.first("linux,usable-memory-range")
    else { return [] }
    return try CellCounts(root: root).ranges(property, in: path)
  }

  /// Adds a memory node when the kernel would find no RAM in the tree.
  ///
  /// Addresses and sizes are written in the cells of the root, which do not change: more cells
  /// would change the meaning of every `reg`, so a range that does not fit is an error.
  ///
  /// - Parameter ranges: The RAM of the machine, lowest first.
  /// - Returns: The edit; none when the tree names RAM or `ranges` is empty.
  /// - Throws: A range that does not fit into the root's cells.
  public mutating func addMissingMemory(
    _ ranges: [PhysicalRange]
  ) throws(DeviceTreeError) -> [Edit] {
    guard let lowest = ranges.first, try memory().isEmpty else { return [] }
    let reason = missingMemory
    let cells = try CellCounts(root: root)
    let name = "memory@" + hexadecimal(lowest.first.rawValue, prefix: "")
    let path = "/" + name
    var node = Node(name)
    node.set("device_type", string: "memory")
    node.set("reg", cells: try cells.cells(ranges, in: path))
    // An empty or disabled node of this name is removed; others stay.
    root.children.removeAll { $0.name == name }
    let firstOther = root.children.firstIndex { $0.name != "chosen" && $0.name != "aliases" }
    root.children.insert(node, at: firstOther ?? root.children.endIndex)
    root.set("#address-cells", u32: cells.address)
    root.set("#size-cells", u32: cells.size)
    return [.memoryAdded(path: path, ranges: ranges, because: reason)]
  }

  /// The nodes at any depth whose `device_type` is `memory`, as the child indices that lead to
  /// each.
  var memoryNodes: [[Int]] {
    var found: [[Int]] = []
    var steps: [Int] = []
    if root.isMemory { found.append(steps) }
    Self.collectMemoryNodes(root.children, &steps, &found)
    return found
  }

  private static func collectMemoryNodes(
    _ nodes: [Node], _ steps: inout [Int], _ found: inout [[Int]]
  ) {
    for index in nodes.indices {
      // Most nodes have neither memory nor children, and finding that out takes no copy of them.
      if nodes[index].mayBeMemory, nodes[index].isMemory { found.append(steps + [index]) }
      if nodes[index].children.isEmpty { continue }
      steps.append(index)
      collectMemoryNodes(nodes[index].children, &steps, &found)
      steps.removeLast()
    }
  }

  /// The path of child indices; empty for the root.
  func path(of steps: [Int]) -> String {
    var path = ""
    var node = root
    for step in steps where node.children.indices.contains(step) {
      node = node.children[step]
      path += "/" + node.name
    }
    return path
  }
}

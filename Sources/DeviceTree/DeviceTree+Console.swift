// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

extension DeviceTree {
  /// The node of the console: the one that `stdout-path` names, else the one of the alias
  /// `serial0`; nil when there is neither.
  ///
  /// Source: Devicetree Specification v0.4, sections 3.3 and 3.6; options stand behind a colon.
  public var console: Node? {
    consoleSteps.flatMap { root.descendant($0[...]) }
  }

  /// The physical address of the console's first register; nil without a console, or when a bus
  /// above it does not define the translation of its addresses.
  public var consoleAddress: PhysicalAddress? {
    consoleSteps.flatMap { address(ofFirstRegisterAt: $0[...]) }
  }

  /// The node that `stdout-path` names, by its path or an alias; nil when it names none.
  public var stdout: Node? {
    stdoutSteps.flatMap { root.descendant($0[...]) }
  }

  private var consoleSteps: [Int]? { stdoutSteps ?? steps(to: "serial0") }

  private var stdoutSteps: [Int]? {
    guard let path = stdoutPath else { return nil }
    let name = String(decoding: path.utf8.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
    return name.isEmpty ? nil : steps(to: name)
  }

  /// Translates the first entry of `reg` up to the root.
  ///
  /// If a node lacks a cell count, that of the node above it applies, and 1 for the root, as in the
  /// kernel.
  ///
  /// Source: Devicetree Specification v0.4, section 2.3.8; Linux 6.1, drivers/of/base.c,
  /// of_n_addr_cells.
  private func address(ofFirstRegisterAt steps: ArraySlice<Int>) -> PhysicalAddress? {
    // The buses from the root down, each with the cells of its children.
    var buses: [(node: Node, cells: CellCounts)] = []
    var node = root
    var cells = CellCounts(address: 1, size: 1)
    for step in steps {
      guard node.children.indices.contains(step) else { return nil }
      cells = CellCounts(
        address: node.first("#address-cells")?.asUInt32 ?? cells.address,
        size: node.first("#size-cells")?.asUInt32 ?? cells.size)
      guard (1...2).contains(cells.address), cells.size <= 2 else { return nil }
      buses.append((node, cells))
      node = node.children[step]
    }
    guard let own = buses.last?.cells,
      let register = node.first("reg")?.asCells, register.count >= Int(own.address)
    else { return nil }
    var address = CellCounts.number(register.prefix(Int(own.address)))
    // The root's addresses are physical; every bus below it translates.
    while buses.count > 1, let bus = buses.popLast(), let above = buses.last?.cells {
      guard let ranges = bus.node.first("ranges")?.asCells else { return nil }
      if ranges.isEmpty { continue }
      guard
        let moved = Self.translate(
          address, ranges, child: bus.cells, parent: above.address)
      else { return nil }
      address = moved
    }
    return PhysicalAddress(address)
  }

  private static func translate(
    _ address: UInt64, _ ranges: [UInt32], child: CellCounts, parent: UInt32
  ) -> UInt64? {
    let entry = Int(child.address) + Int(parent) + Int(child.size)
    var at = 0
    while at + entry <= ranges.count {
      defer { at += entry }
      let parentAt = at + Int(child.address)
      let sizeAt = parentAt + Int(parent)
      let first = CellCounts.number(ranges[at..<parentAt])
      let size = CellCounts.number(ranges[sizeAt..<(at + entry)])
      guard address >= first, address - first < size else { continue }
      let (sum, overflow) = CellCounts.number(ranges[parentAt..<sizeAt])
        .addingReportingOverflow(address - first)
      return overflow ? nil : sum
    }
    return nil
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The number of 32-bit cells of an address and of a size in `reg` and similar properties.
struct CellCounts: Equatable {
  let address: UInt32
  let size: UInt32

  /// A limit that no machine reaches.
  static let maximumRanges = 4096

  /// Cells of one address and one size.
  var perEntry: Int { Int(address) + Int(size) }

  /// Reads the counts that a node sets for its children; nil for a count that the node lacks.
  init?(_ node: Node) {
    guard let address = node.first("#address-cells")?.asUInt32,
      let size = node.first("#size-cells")?.asUInt32
    else { return nil }
    self.init(address: address, size: size)
  }

  init(address: UInt32, size: UInt32) {
    self.address = address
    self.size = size
  }

  /// Reads the counts of the root. A missing count is 1, as in the ARM kernel and its decompressor;
  /// the specification says 2 and 1.
  ///
  /// Source: Linux 6.1, drivers/of/fdt.c (early_init_dt_scan_root), drivers/of/of_private.h and
  /// arch/arm/boot/compressed/fdt_check_mem_start.c.
  init(root: Node) throws(DeviceTreeError) {
    func count(
      _ name: StaticString, _ allowed: ClosedRange<UInt32>
    ) throws(DeviceTreeError) -> UInt32 {
      guard let cell = root.cell(name) else { return 1 }
      guard let count = cell, allowed.contains(count) else {
        throw DeviceTreeError(.node("/"), .malformed(name.description + " is not 1 or 2"))
      }
      return count
    }
    address = try count("#address-cells", 1...2)
    size = try count("#size-cells", 1...2)
  }

  /// Reads pairs of address and size; entries of size 0 are left out. Cells behind the last whole
  /// pair are an error, or are ignored on request, as the kernel does in memory nodes.
  func ranges(
    _ property: Property, in path: String, leavingRest rest: Bool = false
  ) throws(DeviceTreeError) -> [PhysicalRange] {
    let whole = property.value.count / 4 / perEntry * perEntry
    guard rest || property.value.count == whole * 4 else {
      throw DeviceTreeError(
        .node(path),
        .malformed(
          property.name + " of " + String(property.value.count) + " bytes is not a list of "
            + String(perEntry * 4) + "-byte entries"))
    }
    guard whole / perEntry <= Self.maximumRanges else {
      throw DeviceTreeError(
        .node(path), .tooMany("ranges in " + property.name, limit: UInt64(Self.maximumRanges)))
    }
    var ranges: [PhysicalRange] = []
    for start in stride(from: 0, to: whole, by: perEntry) {
      let middle = start + Int(address)
      let first = property.number(ofCells: start..<middle)
      let count = property.number(ofCells: middle..<(start + perEntry))
      if count == 0 { continue }
      guard
        let range = PhysicalRange(start: PhysicalAddress(first), count: ByteCount(count))
      else {
        throw DeviceTreeError(
          .node(path), at: start * 4,
          .malformed(
            property.name + " passes the end of the address space: " + hexadecimal(first) + " + "
              + hexadecimal(count)))
      }
      ranges.append(range)
    }
    return ranges
  }

  /// Writes pairs of address and size.
  func cells(_ ranges: [PhysicalRange], in path: String) throws(DeviceTreeError) -> [UInt32] {
    var cells: [UInt32] = []
    for range in ranges {
      for (number, count) in [(range.first.rawValue, address), (range.count.rawValue, size)] {
        guard count > 1 || number <= UInt64(UInt32.max) else {
          throw DeviceTreeError(.node(path), .doesNotFit(number, cells: count))
        }
        if count > 1 { cells.append(UInt32(truncatingIfNeeded: number >> 32)) }
        cells.append(UInt32(truncatingIfNeeded: number))
      }
    }
    return cells
  }

  /// Joins one or two cells, most significant first.
  static func number(_ cells: ArraySlice<UInt32>) -> UInt64 {
    cells.reduce(0) { $0 << 32 | UInt64($1) }
  }
}

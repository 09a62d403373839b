// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory

extension Identification {
  /// A limit that no file reaches.
  private static let mostTrees = 1024

  /// Takes device trees that stand in a row. Trees that were joined by hand may be padded to words.
  ///
  /// - Returns: The offset behind the last one; `start` when there is none.
  mutating func takeTrees(inRow layer: Layer, from start: Int, origin: String) -> Int {
    var end = start
    while image.deviceTrees.count < Self.mostTrees {
      var at = end
      if at != start, FlattenedTreeHeader(layer.bytes, at: at) == nil { at = (at + 3) & ~3 }
      // Each turn advances by the size of a header or more.
      guard let tree = FlattenedTreeHeader(layer.bytes, at: at) else { return end }
      image.deviceTrees.append(
        HeldTree(
          layer.origin.bytes(at, tree.byteCount), origin: origin, offset: UInt64(at)))
      end = at + tree.byteCount
    }
    note(.partUnused, "of the trees that are " + origin + ", \(Self.mostTrees) are looked at")
    return end
  }

  /// Takes the trees of a part that is stated to hold some: a table, or trees in a row.
  mutating func takeTrees(
    inPart range: SafeRange, of layer: Layer, origin: String
  ) {
    let part = Layer(
      bytes: layer.bytes.extracting(range.indices),
      origin: layer.origin.advanced(by: range.offset),
      offset: saturatingSum(layer.offset, UInt64(range.offset)), depth: layer.depth)
    if TreeTable.isPresent(part.reader) {
      do throws(KernelImageError) { _ = try takeTrees(inTable: part, origin: origin) } catch {
        // The kernel can be started with another tree.
        warn(
          .wrapperContradicted, "the " + origin + " cannot be used: " + error.description,
          hint: "give the tree of the board with --dtb FILE")
      }
      return
    }
    let end = takeTrees(inRow: part, from: 0, origin: origin)
    if end == 0 {
      warn(
        .wrapperContradicted,
        "the " + origin + " is no device tree: it looks like "
          + UnknownContent(of: part.bytes).name,
        hint: "give the tree of the board with --dtb FILE")
    } else {
      reportTrailing(part, from: end, "the " + origin)
    }
  }

  /// Takes the trees of a table.
  private mutating func takeTrees(
    inTable part: Layer, origin: String
  ) throws(KernelImageError) -> TreeTable {
    let table = try TreeTable(part.bytes)
    for (index, line) in table.lines.enumerated() {
      guard image.deviceTrees.count < Self.mostTrees else { break }
      // A line may count padding behind the tree.
      let tree = part.bytes.extracting(line.place.indices)
      let count =
        line.compression == nil ? FlattenedTreeHeader(tree, at: 0)?.byteCount : line.place.count
      var bytes = part.origin.bytes(line.place.offset, count ?? line.place.count)
      if let compression = line.compression { bytes = .compressed(bytes, compression, count: nil) }
      image.deviceTrees.append(
        HeldTree(
          bytes, origin: "tree \(index) of the " + table.maker.name + " table, " + origin,
          offset: UInt64(line.place.offset), entry: line.entry))
    }
    return table
  }

  /// Reads a file that is a table of device trees.
  mutating func peelTreeTable(_ layer: Layer) throws(KernelImageError) {
    let table = try takeTrees(inTable: layer, origin: "the file")
    image.layers.append(
      ImageLayer(
        kind: .treeTable, offset: layer.offset, byteCount: layer.byteCount,
        facts: [
          ImageFact("table", table.maker.name), ImageFact("version", "\(table.version)"),
          ImageFact("trees", "\(table.lines.count)"),
        ]))
  }
}

// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

/// The companions of a kernel in the same file, each kind with its own heading.
extension InspectText {
  static func parts(
    _ image: KernelImage, _ file: Span<UInt8>, _ style: TextStyle, _ width: Int
  ) -> String {
    var text = ""
    if !image.configurations.isEmpty {
      text += "\n" + style.paint("configurations", .heading) + "\n"
      text += configurations(image.configurations, style, width)
    }
    let trees = InspectedTree.all(image, in: file)
    if !trees.isEmpty {
      text += "\n" + style.paint("device trees", .heading) + "\n"
      text += self.trees(trees, style, width)
    }
    return text
  }

  private static func configurations(
    _ all: [FITConfiguration], _ style: TextStyle, _ width: Int
  ) -> String {
    var table = TextTable([.left, .left, .left])
    for configuration in all {
      var marks = configuration.isDefault ? "default" : ""
      if configuration.isTaken { marks += marks.isEmpty ? "taken" : ", taken" }
      var lines: [String] = []
      if let text = configuration.description { lines.append(text) }
      if !configuration.compatible.isEmpty {
        lines.append("for " + configuration.compatible.joined(separator: ", "))
      }
      var roles: [String] = []
      for image in configuration.images where !roles.contains(image.role) {
        roles.append(image.role)
        lines.append(
          image.role + ": " + configuration.images(image.role).joined(separator: ", "))
      }
      add(lines, to: &table, [PrintableText.clean(configuration.name), marks])
    }
    return table.render(style, width: width)
  }

  private static func trees(
    _ all: [InspectedTree], _ style: TextStyle, _ width: Int
  ) -> String {
    var table = TextTable([.right, .right, .right, .left])
    table.add(["", "offset", "bytes", ""].map { TextTable.Cell($0, .faint) })
    for tree in all {
      var lines = [tree.held.origin]
      if let model = tree.identity.model { lines.append(model) }
      if tree.isOverlay { lines.append("an overlay") }
      if !tree.identity.compatible.isEmpty {
        lines.append("for " + tree.identity.compatible.joined(separator: ", "))
      }
      if let entry = tree.held.entry { lines.append(entry.text) }
      for range in tree.memory.prefix(mostRanges) {
        lines.append("memory " + range.description + ", " + range.count.rounded)
      }
      for reason in tree.passedOver.prefix(mostRanges) {
        lines.append("passed over: " + reason.description)
      }
      for reservation in tree.reservations.prefix(mostRanges) {
        lines.append("reserved " + reservation.range.description + ", " + reservation.why)
      }
      let left =
        max(0, tree.memory.count - mostRanges) + max(0, tree.reservations.count - mostRanges)
      if left > 0 { lines.append("\(left) more ranges, see --json") }
      if let line = tree.commandLine { lines.append("bootargs " + line) }
      if let problem = tree.problem { lines.append("cannot be read: " + problem) }
      add(
        lines, to: &table,
        [
          tree.index.map { "\($0)" } ?? "", hexadecimal(tree.held.offset),
          tree.held.bytes.count.map { ByteCount($0).description } ?? "compressed",
        ])
    }
    return table.render(style, width: width)
  }

  /// Adds cells and, in the last column, lines below each other.
  private static func add(_ lines: [String], to table: inout TextTable, _ cells: [String]) {
    for (index, line) in (lines.isEmpty ? [""] : lines).enumerated() {
      table.add(
        cells.map { TextTable.Cell(index == 0 ? $0 : "") }
          + [TextTable.Cell(PrintableText.clean(line), .faint)])
    }
  }

  /// The most ranges of a tree that are listed.
  private static var mostRanges: Int { 16 }

  /// Writes the content of a snapshot.
  ///
  /// - Parameters:
  ///   - machine: The machine.
  ///   - path: The file as the user named it.
  ///   - fileBytes: The size of the file in bytes.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line.
  /// - Returns: Lines, each ended.
  public static func render(
    _ machine: InspectedMachine, path: String, fileBytes: Int, style: TextStyle = .plain,
    width: Int = 100
  ) -> String {
    var text = style.paint(PrintableText.clean(path), .heading) + "  snapshot of a machine  "
    text += ByteCount(fileBytes).description + "\n\n"
    var table = TextTable([.left, .left])
    add([machine.release.isEmpty ? "not told" : machine.release], to: &table, ["release"])
    add([machine.machine.isEmpty ? "not told" : machine.machine], to: &table, ["machine"])
    if let tree = machine.tree {
      add([tree.model ?? "without a name"], to: &table, ["board"])
      add(tree.compatible, to: &table, ["compatible"])
    }
    add(
      machine.memory.ram.ranges.prefix(mostRanges).map {
        $0.description + ", " + $0.count.rounded
      }, to: &table, ["RAM"])
    if let line = machine.commandLine { add([line], to: &table, ["command line"]) }
    add([machine.files.joined(separator: ", ")], to: &table, ["holds"])
    return text + table.render(style, width: width)
      + "\na machine: give it with --machine to kx plan KERNEL\n"
  }
}

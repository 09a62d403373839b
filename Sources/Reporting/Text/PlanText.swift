// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import Handover
import Inflation
import KernelImages
import PhysicalMemory

/// A plan as text for people: figures, tables, a memory map to scale, diagnostics.
public enum PlanText {
  /// Writes a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line, at least 60.
  ///   - charset: The characters of the map.
  /// - Returns: Lines, each ended.
  public static func render(
    _ plan: BootPlan, style: TextStyle = .plain, width: Int = 100,
    charset: TextCharset = .ascii
  ) -> String {
    let width = min(max(width, 60), 400)
    var sections = [kernel(plan, style, width), decision(plan, style, width)]
    sections += ranges(plan, style, width)
    sections.append(PlanMapText(plan, style, width, charset).render())
    if !plan.diagnostics.isEmpty {
      sections.append(DiagnosticText.render(plan.diagnostics, style: style, width: width))
    }
    return sections.joined(separator: "\n")
  }

  /// The lists of all ranges with their exact first and last byte.
  static func ranges(_ plan: BootPlan, _ style: TextStyle, _ width: Int) -> [String] {
    var sections: [String] = []
    if !plan.segments.isEmpty {
      sections.append(style.paint("loaded", .heading) + "\n" + segments(plan, style, width))
    }
    if !plan.footprint.isEmpty {
      sections.append(
        style.paint("written until start_kernel, in order of time", .heading) + "\n"
          + footprint(plan, style, width))
    }
    if !plan.machine.memory.reserved.isEmpty {
      sections.append(style.paint("reserved", .heading) + "\n" + reserved(plan, style, width))
    }
    return sections
  }

  private static func heading(_ title: String, _ rest: String, _ style: TextStyle) -> String {
    style.paint(title, .heading) + "  " + PrintableText.clean(rest) + "\n"
  }

  private static func kernel(_ plan: BootPlan, _ style: TextStyle, _ width: Int) -> String {
    let kernel = plan.kernel
    var table = TextTable(FigureLine.sides)
    let path = plan.files.first { $0.role == .kernel }?.path ?? ""
    table.add([
      TextTable.Cell("file"), TextTable.Cell(kernel.fileBytes.description),
      TextTable.Cell(path, .faint),
    ])
    if let zImageBytes = kernel.zImageBytes {
      let payload = kernel.compression.map { "compressed with " + $0.rawValue } ?? ""
      table.add([
        TextTable.Cell("zImage"), TextTable.Cell(zImageBytes.description),
        TextTable.Cell(payload, .faint),
      ])
    }
    table.add(FigureLine.row("inflated", kernel.inflatedBytes))
    table.add(FigureLine.row("BSS", kernel.bssBytes))
    table.add(FigureLine.offsetRow("text offset", kernel.textOffset))
    return heading("kernel", kernel.chain.joined(separator: " > "), style)
      + table.render(style, width: width)
  }

  private static func decision(_ plan: BootPlan, _ style: TextStyle, _ width: Int) -> String {
    var table = TextTable([.left, .left])
    if let entry = plan.entry {
      var text = entry.address.description + " with"
      for register in entry.registers {
        text += " " + register.name.rawValue + "=" + hexadecimal(register.value)
      }
      table.add([TextTable.Cell("entry"), TextTable.Cell(text)])
    } else {
      table.add([TextTable.Cell("entry"), TextTable.Cell("none: nothing fits", .error)])
    }
    table.add([
      TextTable.Cell("command line"),
      plan.commandLine.isEmpty
        ? TextTable.Cell("(empty)", .faint) : TextTable.Cell(shown(plan.commandLine)),
    ])
    return heading(
      "plan", "rule " + plan.rule.rawValue + ", handover " + plan.handover.rawValue, style)
      + table.render(style, width: width)
  }

  /// A command line; of one that is too long for any kernel only the beginning.
  private static func shown(_ commandLine: String) -> String {
    let limit = 4096
    let count = commandLine.utf8.count
    guard count > limit else { return commandLine }
    return String(decoding: commandLine.utf8.prefix(limit), as: UTF8.self) + "... ("
      + ByteCount(count).description + ")"
  }

  private static func segments(_ plan: BootPlan, _ style: TextStyle, _ width: Int) -> String {
    // If the line is too short, the column with the bytes from the file is left out.
    let hasRoom = width >= 84
    var sides: [TextTable.Side] = [.left, .left, .left, .right]
    if width >= 64 { sides.append(.right) }
    var table = TextTable(sides + (hasRoom ? [.right] : []))
    for segment in plan.segments {
      table.add([
        TextTable.Cell(segment.name.glyph, segment.name.role),
        TextTable.Cell(segment.name.rawValue),
        TextTable.Cell(segment.range.description),
        TextTable.Cell(segment.range.count.description),
        TextTable.Cell(segment.range.count.rounded, .faint),
        TextTable.Cell(
          segment.fileBytes == segment.range.count
            ? "" : segment.fileBytes.description + " filled", .faint),
      ])
    }
    return table.render(style, width: width)
  }

  private static func footprint(_ plan: BootPlan, _ style: TextStyle, _ width: Int) -> String {
    let longest = plan.footprint.map { $0.name.unicodeScalars.count }.max() ?? 0
    // Rounded sizes are a convenience; they are left out if names would lose letters.
    let hasRoom = longest + 66 <= width
    // So are phases, which the map also shows.
    let hasPhase = width >= 72
    let phase: [TextTable.Side] = hasPhase ? [.left] : []
    var table = TextTable(
      [.left] + phase + [.left, .left, .right] + (hasRoom ? [.right] : []),
      flexible: hasPhase ? 2 : 1)
    for (index, entry) in plan.footprint.enumerated() {
      var cells = [TextTable.Cell(PlanMapText.glyph(ofFootprint: index), entry.phase.role)]
      if hasPhase { cells.append(TextTable.Cell(entry.phase.rawValue, .faint)) }
      cells += [
        TextTable.Cell(entry.name),
        TextTable.Cell(entry.range.description),
        TextTable.Cell(entry.range.count.description),
        TextTable.Cell(entry.range.count.rounded, .faint),
      ]
      table.add(cells)
    }
    return table.render(style, width: width)
  }

  /// The most ranges of a list; a document has them all.
  static let listLimit = 4096

  /// The remark that a list has more than ``listLimit`` ranges.
  static func omission(_ count: Int) -> String {
    count > listLimit ? "  and " + String(count - listLimit) + " more: --json has all\n" : ""
  }

  private static func reserved(_ plan: BootPlan, _ style: TextStyle, _ width: Int) -> String {
    var table = TextTable([.left, .right, .right, .left], flexible: 3)
    let reserved = plan.machine.memory.reserved
    for entry in reserved.prefix(listLimit) {
      table.add([
        TextTable.Cell(entry.range.description),
        TextTable.Cell(entry.range.count.description),
        TextTable.Cell(entry.range.count.rounded, .faint),
        TextTable.Cell(entry.why),
      ])
    }
    return table.render(style, width: width) + omission(reserved.count)
  }
}

extension PlannedSegment.Name {
  /// The letter of a segment in a map.
  var glyph: String {
    switch self {
    case .kernel: "K"
    case .initrd: "I"
    case .dtb: "D"
    case .atags: "A"
    case .trampoline: "T"
    }
  }

  /// The colour of a segment in a text.
  var role: TextStyle.Role {
    switch self {
    case .kernel: .kernel
    case .initrd: .initrd
    case .dtb, .atags: .parameters
    case .trampoline: .trampoline
    }
  }
}

extension FootprintRange.Phase {
  /// The colour of a phase in a text.
  var role: TextStyle.Role {
    switch self {
    case .decompress: .decompressPhase
    case .kernel: .kernelPhase
    }
  }
}

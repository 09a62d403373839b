// SPDX-License-Identifier: Apache-2.0
public import Bundles
import Handover
public import KernelImages
import PhysicalMemory

/// A bundle as text for people.
public enum BundleText {
  /// Writes the content of a bundle.
  ///
  /// - Parameters:
  ///   - bundle: The bundle.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line.
  /// - Returns: Lines, each ended.
  public static func render(
    _ bundle: BundledBoot, style: TextStyle = .plain, width: Int = 100
  ) -> String {
    style.paint("inside", .heading) + "\n" + inside(bundle, style, width) + "\n"
      + style.paint("segments", .heading) + "\n" + segments(bundle, style, width)
  }

  /// Writes the figures in the size table, with their meaning.
  static func wrapper(
    _ kernel: ARMKernel, _ bundle: BundledBoot, _ style: TextStyle, _ width: Int
  ) -> String {
    var table = TextTable(FigureLine.sides)
    table.add(FigureLine.row("size word", kernel.inflatedBytes))
    table.add(FigureLine.row("BSS", kernel.bssBytes))
    table.add(FigureLine.offsetRow("text offset", kernel.textOffset))
    table.add([
      TextTable.Cell("S"), TextTable.Cell(bundle.wrapperBytes.description),
      TextTable.Cell(
        "from where it is loaded on, so many bytes may be touched: destinations, bundle, pool",
        .faint),
    ])
    return table.render(style, width: width)
  }

  private static func inside(
    _ bundle: BundledBoot, _ style: TextStyle, _ width: Int
  ) -> String {
    var table = TextTable([.left, .left])
    func row(_ name: String, _ text: String) {
      table.add([TextTable.Cell(name), TextTable.Cell(text)])
    }
    row(
      "kernel",
      "inflated \(bundle.innerInflatedBytes), BSS \(bundle.innerBSSBytes), text offset "
        + hexadecimal(bundle.innerTextOffset.rawValue))
    row(
      "entry",
      "\(bundle.entry) with r1=\(hexadecimal(UInt64(bundle.r1))) "
        + "r2=\(hexadecimal(UInt64(bundle.r2)))")
    row("strategy", bundle.strategy.name.description)
    row("Ferry", "\(bundle.ferryBytes), text \(bundle.textAccess)")
    row("HYP mode", bundle.flags.contains(.dropsHYP) ? "dropped" : "kept")
    row("tree", bundle.takesTree ? "the loader's, else the bundled one" : "the bundled one")
    row("UART", bundle.uart.words)
    for range in bundle.ram.ranges { row("RAM", range.description) }
    for range in bundle.reserved.ranges { row("reserved", range.description) }
    return table.render(style, width: width)
  }

  private static func segments(
    _ bundle: BundledBoot, _ style: TextStyle, _ width: Int
  ) -> String {
    var table = TextTable([.left, .left, .right, .right, .right, .left])
    table.add(
      ["", "memory", "bytes", "at", "of file", "SHA-256"].map { TextTable.Cell($0, .faint) })
    for segment in bundle.segments {
      table.add([
        TextTable.Cell(segment.name), TextTable.Cell(segment.range.description),
        TextTable.Cell(segment.range.count.description),
        TextTable.Cell(hexadecimal(segment.fileOffset)),
        TextTable.Cell(segment.fileBytes.description),
        TextTable.Cell(String(segment.sha256.prefix(12)) + "...", .faint),
      ])
    }
    return table.render(style, width: width)
  }
}

extension BundledBoot {
  /// The access of Ferry to its own text.
  var textAccess: String { flags.contains(.textIsWritable) ? "rw" : "ro" }
}

extension BundleUART {
  /// The port in words.
  public var words: String {
    guard !isSilent else { return "none: Ferry is silent" }
    let place = " at " + hexadecimal(UInt64(base), digits: 8)
    return self == .pl011(base)
      ? "pl011" + place
      : "16550" + place + ", status at +" + hexadecimal(UInt64(statusOffset)) + ", "
        + (accessBytes == 1 ? "bytes" : "words")
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The end of `kx plan --matrix` as text: the pairs that do not fit or fail otherwise, with the
/// reason.
public struct MatrixText: Sendable {
  /// The most rows in all; the lines list all pairs.
  public static let rowLimit = 40

  /// The number of pairs that were planned.
  public private(set) var pairs = 0
  /// The number of pairs without a place, with an error, or without a plan.
  public private(set) var failures = 0
  /// The number of unusable files.
  public private(set) var uselessFiles = 0
  private var groups: [Group] = []

  /// The pairs that fail for one reason.
  private struct Group {
    let reason: String
    var count = 0
    /// The pairs that are shown.
    var lines: [MatrixLine] = []
  }

  /// Starts with no lines.
  public init() {}

  /// Counts a line.
  public mutating func add(_ line: MatrixLine) {
    switch line.subject {
    case .file: uselessFiles += 1
    case .pair: pairs += 1
    }
    guard let reason = line.smallestRAM == nil ? line.failure : "does not fit" else { return }
    if case .pair = line.subject { failures += 1 }
    let known = groups.firstIndex { $0.reason == reason }
    let place = known ?? groups.count
    if known == nil {
      guard groups.count < Self.rowLimit else { return }
      groups.append(Group(reason: reason))
    }
    groups[place].count += 1
    if groups[place].lines.count < Self.rowLimit { groups[place].lines.append(line) }
  }

  /// Writes the table and one line with the counts.
  ///
  /// - Parameters:
  ///   - machines: The number of machines.
  ///   - kernels: The number of kernels.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line.
  /// - Returns: Lines, each ended.
  public func render(
    machines: Int, kernels: Int, style: TextStyle = .plain, width: Int = 100
  ) -> String {
    var result = ""
    // Each reason gets an equal share of the rows.
    let rows = max(1, Self.rowLimit / max(1, groups.count))
    for group in groups {
      result += style.paint(PrintableText.clean(group.reason), .error) + ": \(group.count)\n"
      var table = TextTable([.left, .left, .left])
      for line in group.lines.prefix(rows) {
        switch line.subject {
        case .pair(let machine, let kernel):
          table.add([Self.cell(machine), Self.cell(kernel), TextTable.Cell(Self.need(line))])
        case .file(let path):
          table.add([Self.cell(path), TextTable.Cell(""), TextTable.Cell("")])
        }
      }
      result += table.render(style, width: width)
      if group.count > rows { result += "  and \(group.count - rows) more\n" }
    }
    let others = failures + uselessFiles - groups.reduce(0) { $0 + $1.count }
    if others > 0 { result += "and \(others) more, for other reasons\n" }
    result += "\(Self.counted(pairs, "pair")) of \(Self.counted(machines, "machine")) and "
    result += "\(Self.counted(kernels, "kernel")): \(pairs - failures) fit without an error, "
    result += "\(failures) do not"
    if uselessFiles > 0 {
      result += "; \(Self.counted(uselessFiles, "file")) of no use"
    }
    return result + "\n"
  }

  private static func need(_ line: MatrixLine) -> String {
    guard let smallest = line.smallestRAM else { return "" }
    // The number is rounded up, so that it is enough.
    return "needs \((smallest.rawValue + 0xf_ffff) >> 20) MiB of RAM"
  }

  /// The end of a path, which distinguishes files best.
  private static func cell(_ path: String) -> TextTable.Cell {
    let limit = 30
    guard path.unicodeScalars.count > limit else { return TextTable.Cell(path) }
    var end = String.UnicodeScalarView()
    end.append(contentsOf: path.unicodeScalars.suffix(limit - 3))
    return TextTable.Cell("..." + String(end))
  }

  private static func counted(_ count: Int, _ what: String) -> String {
    "\(count) \(what)" + (count == 1 ? "" : "s")
  }
}

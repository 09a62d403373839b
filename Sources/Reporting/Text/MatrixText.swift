// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// The end of `kx plan --matrix` as text: what does not fit or fails otherwise, and why.
public struct MatrixText: Sendable {
  /// The most rows of the table; the lines tell of all.
  public static let rowLimit = 40

  /// How many pairs were planned.
  public private(set) var pairs = 0
  /// How many of them have no place, an error, or no plan.
  public private(set) var failures = 0
  /// How many files can be used for nothing.
  public private(set) var uselessFiles = 0
  private var shown: [MatrixLine] = []

  /// Starts with nothing.
  public init() {}

  /// Counts a line.
  public mutating func add(_ line: MatrixLine) {
    switch line.subject {
    case .file: uselessFiles += 1
    case .pair: pairs += 1
    }
    guard line.failure != nil else { return }
    if case .pair = line.subject { failures += 1 }
    if shown.count < Self.rowLimit { shown.append(line) }
  }

  /// Writes the table and one line that counts.
  ///
  /// - Parameters:
  ///   - machines: How many machines there are.
  ///   - kernels: How many kernels there are.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line.
  /// - Returns: Lines, each ended.
  public func render(
    machines: Int, kernels: Int, style: TextStyle = .plain, width: Int = 100
  ) -> String {
    var result = ""
    if !shown.isEmpty {
      var table = TextTable([.left, .left, .left])
      table.add([
        TextTable.Cell("machine", .heading), TextTable.Cell("kernel", .heading),
        TextTable.Cell("what fails", .heading),
      ])
      for line in shown {
        var cells: [TextTable.Cell]
        switch line.subject {
        case .pair(let machine, let kernel): cells = [Self.cell(machine), Self.cell(kernel)]
        case .file(let path): cells = [Self.cell(path), TextTable.Cell("")]
        }
        cells.append(TextTable.Cell(Self.reason(line), .error))
        table.add(cells)
      }
      result += table.render(style, width: width)
      let more = failures + uselessFiles - shown.count
      if more > 0 { result += "  and \(more) more\n" }
    }
    result += "\(Self.counted(pairs, "pair")) of \(Self.counted(machines, "machine")) and "
    result += "\(Self.counted(kernels, "kernel")): \(pairs - failures) fit, \(failures) do not"
    if uselessFiles > 0 {
      result += "; \(Self.counted(uselessFiles, "file")) of no use"
    }
    return result + "\n"
  }

  private static func reason(_ line: MatrixLine) -> String {
    if let smallest = line.smallestRAM {
      // Never less than it takes.
      return "does not fit; needs \((smallest.rawValue + 0xf_ffff) >> 20) MiB of RAM"
    }
    return line.failure ?? ""
  }

  /// The end of a path, by which files are told apart best.
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

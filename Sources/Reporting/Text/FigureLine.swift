// SPDX-License-Identifier: Apache-2.0
public import KernelImages
public import PhysicalMemory

/// A figure and its source, as a row of a table with three columns: left, right, left.
public enum FigureLine {
  /// The sides of the columns.
  public static let sides: [TextTable.Side] = [.left, .right, .left]

  /// Gives the row of a number of bytes.
  public static func row(_ name: String, _ figure: Figure<ByteCount>) -> [TextTable.Cell] {
    row(name, figure.value.description, figure)
  }

  /// Gives the row of a distance, in hexadecimal.
  public static func offsetRow(_ name: String, _ figure: Figure<ByteCount>) -> [TextTable.Cell] {
    row(name, hexadecimal(figure.value.rawValue) + "  ", figure)
  }

  /// Gives the row of a figure with a value in words.
  public static func row<Value>(
    _ name: String, _ value: String, _ figure: Figure<Value>
  ) -> [TextTable.Cell] {
    let detail = figure.detail.isEmpty ? figure.source.words : figure.detail
    return [
      TextTable.Cell(name), TextTable.Cell(value),
      TextTable.Cell(detail, figure.source == .estimate ? .warning : .faint),
    ]
  }
}

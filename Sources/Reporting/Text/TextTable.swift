// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A table in text with aligned columns.
public struct TextTable: Sendable {
  /// The side of a column that its text is aligned to.
  public enum Side: Sendable, Hashable {
    case left, right
  }

  /// A piece of text with its role.
  public struct Cell: Sendable, Hashable {
    fileprivate private(set) var text: String
    fileprivate let role: TextStyle.Role

    /// Makes a cell; control characters of the text are replaced.
    public init(_ text: String, _ role: TextStyle.Role = .normal) {
      self.text = PrintableText.clean(text)
      self.role = role
    }

    fileprivate mutating func cut(to width: Int) {
      guard text.unicodeScalars.count > width else { return }
      text = PrintableText.clean(text, limit: max(width - 3, 0))
    }
  }

  private let sides: [Side]
  private let flexible: Int?
  private var rows: [[Cell]] = []

  /// Makes a table without rows.
  ///
  /// - Parameters:
  ///   - sides: The side of each column, the first column first.
  ///   - flexible: The column whose texts are cut when lines would be too long; nil for none.
  public init(_ sides: [Side], flexible: Int? = nil) {
    self.sides = sides
    self.flexible = flexible
  }

  /// Whether the table has no rows.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; cells beyond the number of columns are left out, missing ones stay empty.
  public mutating func add(_ cells: [Cell]) {
    rows.append(Array(cells.prefix(sides.count)))
  }

  /// Writes the table.
  ///
  /// - Parameters:
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line; the last column is broken into lines to fit.
  ///   - indent: Spaces in front of each line.
  /// - Returns: Lines, each ended.
  public func render(_ style: TextStyle, width: Int = 100, indent: Int = 2) -> String {
    var widths = [Int](repeating: 0, count: sides.count)
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], cell.text.unicodeScalars.count)
      }
    }
    var rows = rows
    if let flexible, widths.indices.contains(flexible) {
      let total = widths.reduce(indent + 2 * (sides.count - 1)) { $0 + $1 }
      let fitting = max(widths[flexible] - max(total - width, 0), 8)
      if fitting < widths[flexible] {
        widths[flexible] = fitting
        for index in rows.indices where rows[index].count > flexible {
          rows[index][flexible].cut(to: fitting)
        }
      }
    }
    let last = sides.count - 1
    var lastStart = indent
    for columnWidth in widths.dropLast() { lastStart += columnWidth + 2 }
    var result = ""
    for row in rows {
      var line = spaces(indent)
      var pending = 0
      for (column, cell) in row.enumerated() {
        let missing = widths[column] - cell.text.unicodeScalars.count
        if column == last, sides[column] == .left {
          let lines = PrintableText.wrap(cell.text, width: max(width - lastStart, 20))
          for (index, part) in lines.enumerated() where !part.isEmpty {
            if index > 0 {
              result += line + "\n"
              line = ""
              pending = lastStart
            }
            line += spaces(pending) + style.paint(part, cell.role)
            pending = 0
          }
          continue
        }
        if sides[column] == .right { pending += missing }
        if !cell.text.isEmpty {
          line += spaces(pending) + style.paint(cell.text, cell.role)
          pending = 0
        }
        if sides[column] == .left { pending += missing }
        pending += 2
      }
      result += line + "\n"
    }
    return result
  }
}

/// Gives a number of spaces; none for a negative number.
func spaces(_ count: Int) -> String {
  String(repeating: " ", count: max(count, 0))
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// One line of a map, cell by cell.
struct MapLane {
  /// The content of a cell: a letter for reference, a name where there is room, and a fill.
  struct Mark: Hashable {
    let letter: String
    var name = ""
    let fill: String
    let role: TextStyle.Role
    /// Distinguishes neighbours that look the same.
    var index = 0
  }

  private var marks: [Mark]

  init(cells: Int, background: String) {
    let role: TextStyle.Role = background == " " ? .normal : .faint
    marks = [Mark](
      repeating: Mark(letter: background, fill: background, role: role, index: -1), count: cells)
  }

  mutating func paint(_ scale: MapScale, _ range: PhysicalRange, _ mark: Mark) {
    for cell in scale.cells(of: range) where cell < marks.count { marks[cell] = mark }
  }

  /// Changes the look of cells, but not their name.
  mutating func recolour(_ scale: MapScale, _ range: PhysicalRange, _ role: TextStyle.Role) {
    for cell in scale.cells(of: range) where cell < marks.count && marks[cell].index >= 0 {
      let old = marks[cell]
      marks[cell] = Mark(
        letter: old.letter, name: old.name, fill: old.fill, role: role, index: old.index)
    }
  }

  /// The cells between their edges, with one escape sequence for each run of the same look.
  func text(_ style: TextStyle, _ charset: TextCharset) -> String {
    var result = charset.edge.left
    var start = 0
    while start < marks.count {
      var end = start + 1
      while end < marks.count, marks[end] == marks[start] { end += 1 }
      result += style.paint(run(marks[start], end - start), marks[start].role)
      start = end
    }
    return result + charset.edge.right
  }

  private func run(_ mark: Mark, _ count: Int) -> String {
    let named = mark.name.unicodeScalars.count + 4
    if !mark.name.isEmpty, count >= named {
      return mark.fill + " " + mark.name + " "
        + String(repeating: mark.fill, count: count - named + 1)
    }
    return mark.letter + String(repeating: mark.fill, count: count - 1)
  }
}

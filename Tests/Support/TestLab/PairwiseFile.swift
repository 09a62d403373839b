// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file of rows that stand in for a whole matrix: what CI runs is read from it, so that nothing is
/// left out without a change that can be seen.
package struct PairwiseFile: Sendable {
  /// The words of each row; lines that begin with `#` are no rows.
  package let rows: [[String]]

  /// Reads the file that stands beside a source file; one that cannot be read has no rows.
  package init(_ name: String, beside source: String) {
    let file = URL(filePath: source).deletingLastPathComponent().appending(path: name)
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: " ").map(String.init) }
  }

  /// Every pair of values of any two columns that stands in a row.
  package static func pairs(_ rows: [[String]]) -> Set<[String]> {
    var result: Set<[String]> = []
    for row in rows {
      for one in row.indices {
        for other in row.indices where one < other {
          result.insert(["\(one),\(other)", row[one], row[other]])
        }
      }
    }
    return result
  }
}

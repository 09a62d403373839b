// SPDX-License-Identifier: Apache-2.0

/// Finds the word that was probably meant by an unknown one.
public enum Spelling {
  /// Gives the word of a list that is nearest to another, if it is near at all.
  ///
  /// A word is near if it continues the written one, or if it has at most one slip for every three
  /// letters. A slip is a letter too many, too few or wrong, or two swapped letters. The case of
  /// ASCII letters does not count. Of equally near words the first is taken.
  ///
  /// - Parameters:
  ///   - word: The unknown word.
  ///   - words: The known words.
  /// - Returns: One of `words`; nil when none is near.
  public static func nearest(_ word: String, among words: [String]) -> String? {
    let written = lowered(word)
    guard !written.isEmpty else { return nil }
    var best: String?
    var least = (written.count + 2) / 3
    for candidate in words {
      let known = lowered(candidate)
      if written.count >= 2, known.starts(with: written) { return candidate }
      let slips = distance(written, known)
      // A word without any correct letter is no slip.
      guard slips < max(written.count, known.count), best == nil ? slips <= least : slips < least
      else { continue }
      best = candidate
      least = slips
    }
    return best
  }

  /// Counts slips: the optimal string alignment distance. It needs three rows of the table.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var before = [Int](repeating: 0, count: other.count + 1)
    var above = Array(0...other.count)
    for row in 0..<one.count {
      var current = above
      current[0] = row + 1
      for column in 0..<other.count {
        let same = one[row] == other[column]
        var slips = min(above[column] + (same ? 0 : 1), above[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
          slips = min(slips, before[column - 1] + 1)
        }
        current[column + 1] = slips
      }
      before = above
      above = current
    }
    return above[other.count]
  }

  private static func lowered(_ text: String) -> [UInt8] {
    text.utf8.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
  }
}

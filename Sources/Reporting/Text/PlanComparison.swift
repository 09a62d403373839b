// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import PhysicalMemory

/// The maps of one plan or two: the old rule beside ours if the lines are long enough.
public enum PlanComparison {
  /// Writes only the maps of the plans, with the ranges they show.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - other: The plan to compare with, which stands on the left or above.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line, at least 60.
  ///   - charset: The characters of the maps.
  /// - Returns: Lines, each ended.
  public static func render(
    _ plan: BootPlan, beside other: BootPlan? = nil, style: TextStyle = .plain, width: Int = 100,
    charset: TextCharset = .ascii
  ) -> String {
    let width = min(max(width, 60), 400)
    guard let other else { return one(plan, style, width, charset) }
    let column = (width - 3) / 2
    if column >= 64 {
      let left = lines(one(other, style, column, charset))
      let right = lines(one(plan, style, column, charset))
      if (left + right).allSatisfy({ visible($0) <= column }) {
        return zipped(left, right, column, charset)
      }
    }
    return one(other, style, width, charset) + "\n" + one(plan, style, width, charset)
  }

  private static func one(
    _ plan: BootPlan, _ style: TextStyle, _ width: Int, _ charset: TextCharset
  ) -> String {
    let (verdict, isGood) = PlanVerdict.words(plan, MapOverlap.all(in: plan))
    var result =
      style.paint("rule " + plan.rule.rawValue, .heading) + ", handover "
      + plan.handover.rawValue + "\n"
    for line in PrintableText.wrap(PrintableText.clean(verdict), width: width - 2) {
      result += "  " + style.paint(line, isGood ? .good : .error) + "\n"
    }
    result += "\n" + PlanMapText(plan, style, width, charset).render()
    for section in PlanText.ranges(plan, style, width) { result += "\n" + section }
    return result
  }

  private static func zipped(
    _ left: [String], _ right: [String], _ column: Int, _ charset: TextCharset
  ) -> String {
    var result = ""
    for index in 0..<max(left.count, right.count) {
      let one = index < left.count ? left[index] : ""
      let other = index < right.count ? right[index] : ""
      result += one + spaces(column - visible(one)) + (charset == .ascii ? " |" : " │")
      result += (other.isEmpty ? "" : " " + other) + "\n"
    }
    return result
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// The number of visible characters of a line: all except escape sequences.
  static func visible(_ line: String) -> Int {
    var count = 0
    var isEscape = false
    for scalar in line.unicodeScalars {
      if scalar == "\u{1b}" { isEscape = true }
      if !isEscape { count += 1 }
      if isEscape, scalar == "m" { isEscape = false }
    }
    return count
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import Reporting

extension Stop {
  /// The error for an option that does not exist; it names the one that was probably meant.
  static func unknown(_ written: String) -> Self {
    let name = written.without(first: 2)
    guard let near = Spelling.nearest(name, among: Option.allCases.map { $0.rawValue }) else {
      return .usage("there is no option " + written)
    }
    return .usage("there is no option " + written, hint: "did you mean --" + near + "?")
  }

  /// The error for a value that an option does not take; it names the one that was probably meant.
  static func unknown(_ value: String, for option: Option, among values: [String]) -> Self {
    var hint = ""
    if let near = Spelling.nearest(value, among: values) { hint = "did you mean " + near + "? " }
    hint += "it takes "
    for (index, value) in values.enumerated() { hint += (index == 0 ? "" : ", ") + value }
    return .usage("--" + option.rawValue + " cannot be '" + value + "'", hint: hint)
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// The explanation of a diagnostic's code. `kx explain` prints it, and docs/diagnostics.md is made
/// from it: no other file holds these texts.
struct Explanation: Sendable {
  let code: DiagnosticCode
  /// The severities that the code may have.
  let severities: [Severity]
  /// What the code says.
  let meaning: String
  /// What follows from it.
  let consequence: String
  /// What to do.
  let remedy: String
  /// Command lines that show the case or solve it.
  let examples: [String]
  /// The page below docs with more about it; nil when there is none.
  let page: String?

  init(
    _ code: DiagnosticCode, _ severities: [Severity], means meaning: String,
    matters consequence: String,
    remedy: String, examples: [String], page: String? = nil
  ) {
    self.code = code
    self.severities = severities
    self.meaning = meaning
    self.consequence = consequence
    self.remedy = remedy
    self.examples = examples
    self.page = page
  }

  /// The severities in words: `ok, warning or error`.
  var severity: String {
    let words = severities.map(\.rawValue)
    return words.count < 2
      ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
  }

  /// The gravest severity that the code may have.
  var gravest: Severity {
    [.error, .warning, .note].first(where: severities.contains) ?? .ok
  }

  /// A part of the codes under a heading.
  struct Group: Sendable {
    let title: String
    let about: String
    let explanations: [Explanation]
  }

  static let groups = [
    Group(
      title: "The file", about: "What 'kx inspect' says of a file, and a plan of its files.",
      explanations: explanations(0..<100)),
    Group(
      title: "The plan",
      about: "What 'kx plan' and the loader say: whether a plan can be executed, and why it is so.",
      explanations: explanations(100..<200)),
    Group(
      title: "The check",
      about:
        "'kexec --check' prints a line for each of these, and the diagnostics of the plan that "
        + "are no notes.",
      explanations: explanations(200..<300)),
  ]

  private static func explanations(_ numbers: Range<UInt16>) -> [Self] {
    DiagnosticCode.allCases.filter { numbers.contains($0.rawValue) }.map(\.explanation)
  }

  static var all: [Self] { groups.flatMap(\.explanations) }

  /// Finds a code as people write it: `KX106`, `kx106`, `106`, `KX-106`.
  static func named(_ text: String) -> Self? {
    number(text).flatMap { DiagnosticCode(rawValue: $0) }?.explanation
  }

  /// The three codes with the nearest numbers; empty when the text is no number.
  static func nearest(to text: String) -> [DiagnosticCode] {
    guard let number = number(text) else { return [] }
    func distance(_ code: DiagnosticCode) -> Int { abs(Int(code.rawValue) - Int(number)) }
    let near = DiagnosticCode.allCases.sorted { distance($0) < distance($1) }.prefix(3)
    return near.sorted { $0.rawValue < $1.rawValue }
  }

  private static func number(_ text: String) -> UInt16? {
    let upper = text.uppercased()
    let digits = (upper.hasPrefix("KX") ? upper.dropFirst(2) : upper[...]).drop { $0 == "-" }
    guard !digits.isEmpty, digits.count <= 3, digits.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    return UInt16(digits)
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import Reporting

/// Explanations as text for people, and as a JSON document.
enum ExplanationText {
  /// One code in full.
  static func render(_ explanation: Explanation, style: TextStyle, width: Int) -> String {
    var text = style.paint(explanation.code.description, .heading) + "  "
    text += style.paint(explanation.severity, explanation.gravest.role) + "\n"
    for (title, body) in [
      ("What it means", explanation.meaning), ("Why it matters", explanation.consequence),
      ("What to do", explanation.remedy),
    ] {
      text += "\n" + style.paint(title, .heading) + "\n"
      for line in PrintableText.wrap(body, width: min(width, 80) - 2) { text += "  " + line + "\n" }
    }
    text += "\n" + style.paint("For example", .heading) + "\n"
    for example in explanation.examples { text += "  " + style.paint(example, .good) + "\n" }
    return text + "\n" + style.paint("More in \(explanation.places)", .faint) + "\n"
  }

  /// All codes, one line each.
  static func list(style: TextStyle, width: Int) -> String {
    var text = ""
    for group in Explanation.groups {
      text += style.paint(group.title, .heading) + "\n"
      var table = TextTable([.left, .left, .left])
      for one in group.explanations {
        table.add([
          TextTable.Cell(one.code.description), TextTable.Cell(one.severity, one.gravest.role),
          TextTable.Cell(one.title),
        ])
      }
      text += table.render(style, width: width) + "\n"
    }
    return text + "kx explain CODE says more, and what to do.\n"
  }

  /// Where to read more about errors and warnings; empty when there are none.
  static func pointer(_ diagnostics: [Diagnostic], style: TextStyle) -> String {
    var codes: [DiagnosticCode] = []
    for one in diagnostics where one.severity != .note && !codes.contains(one.code) {
      codes.append(one.code)
    }
    guard !codes.isEmpty else { return "" }
    return style.paint("kx explain \(codes.map(\.description).joined(separator: " "))", .good)
      + style.paint(" says more.", .faint) + "\n"
  }

  /// The document of `kx explain --json`.
  static func json(_ explanations: [Explanation]) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", PlanDocument.schemaVersion)
      writer.array("codes") { writer in
        for one in explanations {
          writer.object { writer in
            writer.string("code", one.code.description)
            writer.string("severity", one.severity)
            writer.string("meaning", one.meaning)
            writer.string("consequence", one.consequence)
            writer.string("remedy", one.remedy)
            writer.array("examples") { for example in one.examples { $0.string(nil, example) } }
            writer.string("page", one.page.map { "docs/" + $0 })
          }
        }
      }
    }
    writer.finish()
    return writer.text
  }
}

extension Explanation {
  /// The first sentence of the meaning.
  var title: String {
    var sentence = ""
    for word in meaning.split(separator: " ") {
      sentence += (sentence.isEmpty ? "" : " ") + word
      if word.hasSuffix(".") { return String(sentence.dropLast()) }
    }
    return sentence
  }

  /// The pages that have more about it.
  fileprivate var places: String {
    "docs/diagnostics.md#\(code.description.lowercased())" + (page.map { " and docs/" + $0 } ?? "")
  }
}

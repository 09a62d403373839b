// SPDX-License-Identifier: Apache-2.0

/// docs/diagnostics.md, written from the explanations.
enum ExplanationPage {
  static var markdown: String {
    var text = """
      <!-- Written by 'make man' from Sources/kx/Explanations: edit that. -->
      # Diagnostics

      Every diagnostic of `kx` and `kexec` has a code that does not change. The text of a message may
      change. `kx explain CODE` tells what stands here.

      | severity | means |
      |---|---|
      | error | The plan would not boot, or not safely. `kx plan` prints it all the same and ends with 1, \
      or with 73 when nothing fits. |
      | warning | The plan should boot, but something is not certain, or something will be lost. |
      | note | How a decision came about, or what was changed. Nothing need be done. |
      | ok | In `kexec --check`: all is well. |

      Codes below 100 are about a file, codes from 100 on about a plan, codes from 200 on lines of
      `kexec --check`; [checks.md](checks.md) has what goes wrong without those.

      """
    for group in Explanation.groups {
      let about = String(group.about.map { $0 == "'" ? "`" : $0 })
      text += "\n## \(group.title)\n\n\(about)\n"
      for one in group.explanations { text += section(one) }
    }
    return text
  }

  private static func section(_ one: Explanation) -> String {
    var text = "\n### \(one.code)\n\n"
    text += "*\(one.severity)* · \(marked(one.meaning))\n\n"
    text += "Why it matters: \(marked(one.consequence))\n\n"
    text += "What to do: \(marked(one.remedy))"
    if let page = one.page { text += " See [\(page)](\(page))." }
    text += "\n\n" + one.examples.map { "    " + $0 + "\n" }.joined()
    return text
  }

  /// Marks text that users type as code: options, names with underscores, paths, assignments.
  private static func marked(_ text: String) -> String {
    text.split(separator: " ", omittingEmptySubsequences: false).map { part -> String in
      let tail = part.reversed().prefix { ".,;:)".contains($0) }
      let word = part.dropLast(tail.count)
      let head = word.prefix { $0 == "(" }
      let core = word.dropFirst(head.count)
      guard core.hasPrefix("--") || core.hasPrefix("/") || core.contains("_") || core.contains("=")
      else { return String(part) }
      return head + "`" + core + "`" + String(tail.reversed())
    }.joined(separator: " ")
  }
}

// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KernelImages
import Reporting

/// `kx explain`: explains a code: its meaning, its consequence, and what to do.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what a code means, why it matters, and what to do.",
    discussion: """
      EXAMPLES
        What a message of 'kx plan' or 'kexec --check' is about:
          kx explain KX106
        Every code in one line:
          kx explain

      Small letters and numbers alone will do: kx106, 106.
      """)

  @Argument(
    help: ArgumentHelp("The codes; none lists all.", valueName: "code"),
    completion: .list(DiagnosticCode.allCases.map(\.description)))
  var codes: [String] = []

  @Flag(help: "Print a JSON document.")
  var json = false

  @Flag(help: ArgumentHelp("Write docs/diagnostics.md.", visibility: .private))
  var page = false

  func run() throws {
    do throws(Stop) {
      if page {
        Terminal.print(ExplanationPage.markdown)
        return
      }
      let wanted = try wanted()
      if json {
        Terminal.print(ExplanationText.json(wanted.isEmpty ? Explanation.all : wanted))
      } else {
        Terminal.print(
          wanted.isEmpty
            ? ExplanationText.list(style: Terminal.style(for: 1), width: Terminal.width)
            : wanted.map {
              ExplanationText.render($0, style: Terminal.style(for: 1), width: Terminal.width)
            }.joined(separator: "\n"))
      }
    } catch {
      Terminal.tell(error)
      throw error.code
    }
  }

  private func wanted() throws(Stop) -> [Explanation] {
    var found: [Explanation] = []
    for code in codes {
      guard let explanation = Explanation.named(code) else {
        let near = Explanation.nearest(to: code)
        throw Stop(
          what: "there is no code '\(code)'",
          hint: near.isEmpty
            ? "codes are KX and three digits; 'kx explain' alone lists them"
            : "the nearest are \(near.map(\.description).joined(separator: ", ")); 'kx explain' alone lists all",
          code: .validationFailure)
      }
      found.append(explanation)
    }
    return found
  }
}

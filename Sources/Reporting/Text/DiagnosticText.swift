// SPDX-License-Identifier: Apache-2.0
public import KernelImages
import PhysicalMemory

/// Diagnostics as text: the message, then the hint.
public enum DiagnosticText {
  /// Writes diagnostics, each with its hint, in their order.
  ///
  /// - Parameters:
  ///   - diagnostics: The diagnostics.
  ///   - style: Plain or coloured.
  ///   - width: The most characters of a line.
  /// - Returns: Lines, each ended.
  public static func render(
    _ diagnostics: [Diagnostic], style: TextStyle = .plain, width: Int = 100
  ) -> String {
    var result = ""
    for diagnostic in diagnostics {
      let lead = diagnostic.severity.rawValue + " " + diagnostic.code.description + ":"
      let count = lead.unicodeScalars.count
      let lines = PrintableText.wrap(
        PrintableText.clean(diagnostic.message), width: max(width - count - 1, 30))
      for (index, line) in lines.enumerated() {
        result += index == 0 ? style.paint(lead, diagnostic.severity.role) : spaces(count)
        result += " " + line + "\n"
      }
      guard !diagnostic.hint.isEmpty else { continue }
      let hints = PrintableText.wrap(
        PrintableText.clean(diagnostic.hint), width: max(width - 8, 30))
      for (index, line) in hints.enumerated() {
        result += (index == 0 ? "  hint: " : spaces(8)) + line + "\n"
      }
    }
    return result
  }
}

extension Severity {
  /// The colour of a severity in a text.
  package var role: TextStyle.Role {
    switch self {
    case .error: .error
    case .warning: .warning
    case .note: .note
    case .ok: .note
    }
  }
}

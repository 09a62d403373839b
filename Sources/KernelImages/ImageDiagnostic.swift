// SPDX-License-Identifier: Apache-2.0

/// Something about a file that its user should know although the file can be used.
public struct ImageDiagnostic: Sendable, Hashable {
  /// What it is about.
  public let code: DiagnosticCode
  /// How grave it is.
  public let severity: Severity
  /// What was found, with the figures.
  public let message: String
  /// What can be done about it; empty when nothing need be done.
  public let hint: String

  /// States a finding. A warning always says what to try next.
  public init(_ code: DiagnosticCode, _ severity: Severity, _ message: String, hint: String) {
    self.code = code
    self.severity = severity
    self.message = message
    self.hint = hint
  }

  /// The one severity that asks for nothing.
  public enum Harmless: Sendable {
    /// How a figure came about.
    case note
  }

  /// States a note, after which nothing need be done.
  public init(_ code: DiagnosticCode, _ severity: Harmless, _ message: String) {
    self.init(code, Severity.note, message, hint: "")
  }

  /// How grave a finding is.
  public enum Severity: String, Sendable, Hashable {
    /// What was found, and asks for nothing.
    case note
    /// Something is not certain, or not as it should be.
    case warning
  }
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A message for the user about an image, a machine or a plan.
public struct Diagnostic: Sendable, Hashable {
  /// The code; docs/diagnostics.md lists all of them.
  public let code: DiagnosticCode
  /// The severity.
  public let severity: Severity
  /// The facts: what, where, with the values.
  public let message: String
  /// The remedy; empty for a note that needs none.
  public let hint: String
  /// For an overlap, the bytes that would be lost.
  public let bytes: ByteCount?

  /// Makes a diagnostic. An error or a warning always has a remedy.
  public init(
    _ code: DiagnosticCode, _ severity: Severity, _ message: String, hint: String,
    bytes: ByteCount? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.hint = hint
    self.bytes = bytes
  }

  /// The only severity without a remedy.
  public enum Harmless: Sendable {
    /// The reason of a decision, or a finding.
    case note
  }

  /// Makes a note, which needs no action.
  public init(_ code: DiagnosticCode, _ severity: Harmless, _ message: String) {
    self.init(code, Severity.note, message, hint: "")
  }
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Something the user should know about an image, a machine or a plan.
public struct Diagnostic: Sendable, Hashable {
  /// What it is about; docs/diagnostics.md lists every code.
  public let code: DiagnosticCode
  /// How bad it is.
  public let severity: Severity
  /// What is so, where, with the values.
  public let message: String
  /// What to do about it; empty for a note that asks for nothing.
  public let hint: String
  /// For an overlap, the bytes that would be lost.
  public let bytes: ByteCount?

  /// States a diagnostic. An error or a warning always says what to try next.
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

  /// The one severity that asks for nothing.
  public enum Harmless: Sendable {
    /// How a decision came about, or what was found.
    case note
  }

  /// States a note, after which nothing need be done.
  public init(_ code: DiagnosticCode, _ severity: Harmless, _ message: String) {
    self.init(code, Severity.note, message, hint: "")
  }
}

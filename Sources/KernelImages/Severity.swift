// SPDX-License-Identifier: Apache-2.0

/// The severity of a diagnostic.
public enum Severity: String, Sendable, Hashable {
  /// The plan would not boot, or not safely.
  case error
  /// The plan should boot, but something is uncertain or will be lost.
  case warning
  /// The reason of a decision, or a finding. It needs no action.
  case note
  /// A line of a check: all is well.
  case ok
}

// SPDX-License-Identifier: Apache-2.0

/// How grave it is what a diagnostic says.
public enum Severity: String, Sendable, Hashable {
  /// The plan would not boot, or not safely.
  case error
  /// The plan should boot, but something is not certain or will be lost.
  case warning
  /// How a decision came about, or what was found. Nothing need be done.
  case note
  /// A line of a check: all is well.
  case ok
}

// SPDX-License-Identifier: Apache-2.0

/// The outcome of a boot in QEMU.
public struct LabOutcome: Sendable {
  /// The verdict.
  public let verdict: LabVerdict
  /// The console from the first byte on, at most 8 MiB of it; invalid UTF-8 is replaced.
  public let console: String
  /// Wall time in seconds from the first instruction to the verdict.
  public let wallSeconds: Double
  /// QEMU and its arguments. Its RAM and its sockets were private to the run.
  public let qemuCommand: [String]
}

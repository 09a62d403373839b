// SPDX-License-Identifier: Apache-2.0

public import Handover

/// One boot in QEMU: what lies in RAM, where the CPU starts, and what is waited for.
public struct LabBoot: Sendable {
  /// The machine.
  public var board: Board
  /// Its RAM in bytes, a multiple of 1 MiB.
  public var memoryBytes: UInt64
  /// What is put into RAM; segments must not overlap each other.
  public var segments: [LabSegment]
  /// The address of the first instruction, in ARM state.
  public var entry: UInt64
  /// What the CPU finds in r0, r1 and r2; r3 to r14 are 0.
  public var registers: ARMRegisters
  /// The time the guest gets from its first instruction, on a monotonic clock.
  public var timeout: Duration
  /// A regular expression in Swift's syntax; a line of the console that has a match, finished or
  /// not, means that the guest is up. nil stands for the rules of ``LabVerdict``.
  public var expect: String?
  /// What is appended to QEMU's arguments.
  public var extraQEMUArguments: [String]
  /// The byte that RAM outside the segments is filled with.
  public var fill: UInt8 = 0
  /// The time an init gets to say more before reaching it counts as a boot.
  public var settle: Duration = .seconds(10)
  /// The time the guest runs on after its verdict; the console is still shown.
  public var linger: Duration = .zero

  /// States a boot.
  public init(
    board: Board, memoryBytes: UInt64, segments: [LabSegment], entry: UInt64,
    registers: ARMRegisters, timeout: Duration = .seconds(120), expect: String? = nil,
    extraQEMUArguments: [String] = []
  ) {
    self.board = board
    self.memoryBytes = memoryBytes
    self.segments = segments
    self.entry = entry
    self.registers = registers
    self.timeout = timeout
    self.expect = expect
    self.extraQEMUArguments = extraQEMUArguments
  }
}

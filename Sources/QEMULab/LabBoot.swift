// SPDX-License-Identifier: Apache-2.0

public import Handover

/// One boot in QEMU: the content of RAM, the start of the CPU, and the awaited output.
public struct LabBoot: Sendable {
  /// The machine.
  public var board: Board
  /// Its RAM in bytes, a multiple of 1 MiB.
  public var memoryBytes: UInt64
  /// The content of RAM; segments must not overlap each other.
  public var segments: [LabSegment]
  /// The address of the first instruction, and the registers; all others are 0.
  public var entry: EntryState
  /// The guest's time from its first instruction on, on a monotonic clock.
  public var timeout: Duration
  /// A regular expression in Swift's syntax. A line of the console that has a match, finished or
  /// not, means that the guest is up. nil stands for the rules of ``LabVerdict``.
  public var expect: String?
  /// Arguments that are appended to QEMU's.
  public var extraQEMUArguments: [String]
  /// The byte that RAM outside the segments is filled with.
  public var fill: UInt8 = 0
  /// The time in which an init may still print an error before reaching it counts as a boot.
  public var settle: Duration = .seconds(10)
  /// The time that the guest goes on after its verdict; its console is still shown.
  public var linger: Duration = .zero

  /// Groups the parts of a boot.
  public init(
    board: Board, memoryBytes: UInt64, segments: [LabSegment], entry: EntryState,
    timeout: Duration = .seconds(120), expect: String? = nil,
    extraQEMUArguments: [String] = []
  ) {
    self.board = board
    self.memoryBytes = memoryBytes
    self.segments = segments
    self.entry = entry
    self.timeout = timeout
    self.expect = expect
    self.extraQEMUArguments = extraQEMUArguments
  }
}

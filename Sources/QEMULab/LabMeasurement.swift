// SPDX-License-Identifier: Apache-2.0

public import PhysicalMemory

/// What was really written between the first instruction and the first one of the kernel.
public struct LabMeasurement: Sendable {
  /// Every byte seen to differ from what was put in, in either run; neighbours are one range.
  ///
  /// A byte of a segment that was overwritten with its own value cannot be seen: a segment is the
  /// same in both runs. Nothing here was not written.
  public let written: RangeSet
  /// ``written`` with gaps of at most 16 bytes inside segments closed: a stretch that overwrites a
  /// segment leaves one byte in 256 as it was by chance.
  public let spans: RangeSet
  /// The registers at the first instruction of the kernel, before it ran.
  public let registers: LabRegisters
  /// Wall time in seconds of both runs, from the first instruction to the kernel.
  public let wallSeconds: Double
  /// QEMU and its arguments, as started for the second run.
  public let qemuCommand: [String]
}

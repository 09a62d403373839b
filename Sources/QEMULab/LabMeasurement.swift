// SPDX-License-Identifier: Apache-2.0

public import PhysicalMemory

/// The memory that was written between the first instruction and the kernel's first one.
public struct LabMeasurement: Sendable {
  /// Every byte that differs from its initial value in either run; neighbours are one range.
  ///
  /// A byte of a segment that was overwritten with its own value cannot be seen: a segment is the
  /// same in both runs. Every byte in the set was written.
  public let written: RangeSet
  /// ``written`` with gaps of at most 16 bytes inside segments closed: by chance, one byte in 256
  /// of an overwritten segment keeps its value.
  public let spans: RangeSet
  /// The registers at the first instruction of the kernel, before it ran.
  public let registers: LabRegisters
  /// Wall time in seconds of both runs, from the first instruction to the kernel.
  public let wallSeconds: Double
  /// QEMU and its arguments in the second run.
  public let qemuCommand: [String]
}

// SPDX-License-Identifier: Apache-2.0

public import Handover
import PhysicalMemory

/// A register as QEMU's gdb stub knows it.
struct LabRegister: Sendable, Hashable {
  let name: String
  /// The number in packets.
  let number: UInt8
  /// The length of its value.
  let byteCount: Int
}

/// A processor as QEMU's gdb stub shows it, and its state at a kernel's entry.
struct LabProcessor: Sendable, Hashable {
  /// The name in the target description.
  let name: String
  /// The registers that the boot protocol gives a meaning, in its order.
  let passed: [(name: RegisterName, register: LabRegister)]
  /// The register with the address of the next instruction.
  let counter: LabRegister
  /// The register with mode and masks.
  let status: LabRegister
  /// The value of ``status`` at a kernel's entry.
  let statusAtEntry: UInt64

  static func == (one: Self, other: Self) -> Bool { one.name == other.name }

  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// Registers read back from the guest's CPU.
public struct LabRegisters: Sendable, Hashable {
  /// The address of the next instruction, and the registers that the boot protocol gives a meaning.
  public let state: EntryState
  /// Mode and masks.
  public let status: UInt64
}

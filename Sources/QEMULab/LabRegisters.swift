// SPDX-License-Identifier: Apache-2.0

import PhysicalMemory

/// Registers read back from the guest's CPU.
public struct LabRegisters: Sendable, Hashable {
  /// Register 0; 0 at a kernel's entry.
  public let r0: UInt32
  /// Register 1; the machine number at a kernel's entry.
  public let r1: UInt32
  /// Register 2; the address of DTB or ATAGs at a kernel's entry.
  public let r2: UInt32
  /// The address of the next instruction.
  public let pc: UInt32
  /// The program status register.
  public let cpsr: UInt32
}

extension LabRegisters: CustomStringConvertible {
  /// The registers in one line.
  public var description: String {
    func word(_ value: UInt32) -> String { hexadecimal(UInt64(value), digits: 8) }
    return "r0 \(word(r0)) r1 \(word(r1)) r2 \(word(r2)) pc \(word(pc)) cpsr \(word(cpsr))"
  }
}

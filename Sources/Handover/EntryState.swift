// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The state of a CPU at the entry of a kernel.
///
/// Registers are data: texts, documents, records and labs write what they are given and ask for no
/// architecture.
public struct EntryState: Sendable, Hashable {
  /// The address of the first instruction.
  public var address: PhysicalAddress
  /// The registers with a meaning, in the order of the boot protocol.
  public var registers: [EntryRegister]

  /// Groups an address and registers.
  public init(_ address: PhysicalAddress, _ registers: [EntryRegister]) {
    self.address = address
    self.registers = registers
  }

  /// The value of a register; nil when the protocol gives it no meaning.
  public subscript(name: RegisterName) -> UInt64? {
    registers.first { $0.name == name }?.value
  }
}

/// A register and its value at the entry of a kernel.
public struct EntryRegister: Sendable, Hashable {
  /// The name of the register.
  public let name: RegisterName
  /// The value.
  public let value: UInt64

  /// Whether any other value would do as well.
  public var isAnyValue: Bool { value == name.anyValue }

  /// Groups a name and a value.
  public init(_ name: RegisterName, _ value: UInt64) {
    self.name = name
    self.value = value
  }
}

/// A register that a boot protocol gives a meaning.
public enum RegisterName: String, Sendable, Hashable {
  /// The registers of 32-bit ARM.
  case r0, r1, r2
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The registers of a 32-bit ARM kernel at its entry point.
///
/// Source: Documentation/arm/booting.rst (v6.1), "Calling the kernel image".
public struct ARMRegisters: Sendable, Hashable {
  /// Always 0.
  public let r0: UInt32
  /// The machine number; all ones when the device tree identifies the machine.
  public let r1: UInt32
  /// The physical address of the DTB or of the ATAG list; 0 when there is neither.
  public let r2: UInt32

  /// The machine number of a kernel that is booted by device tree.
  public static let deviceTreeMachine: UInt32 = 0xffff_ffff

  /// Groups the registers.
  public init(machine: UInt32 = deviceTreeMachine, parameters: UInt32) {
    r0 = 0
    r1 = machine
    r2 = parameters
  }

  /// Takes the registers of an entry; the result is nil for one of another architecture.
  public init?(_ entry: EntryState) {
    guard let machine = entry[.r1].flatMap({ UInt32(exactly: $0) }),
      let parameters = entry[.r2].flatMap({ UInt32(exactly: $0) })
    else { return nil }
    self.init(machine: machine, parameters: parameters)
  }
}

extension EntryState {
  /// The entry of a 32-bit ARM kernel.
  public init(_ address: PhysicalAddress, _ registers: ARMRegisters) {
    self.init(
      address,
      [
        EntryRegister(.r0, UInt64(registers.r0)), EntryRegister(.r1, UInt64(registers.r1)),
        EntryRegister(.r2, UInt64(registers.r2)),
      ])
  }

  /// The machine number that is passed, by which a kernel with an ATAG list knows its machine; nil
  /// where the protocol has none.
  public var machineNumber: UInt32? { ARMRegisters(self)?.r1 }
}

extension RegisterName {
  /// The largest value that the boot protocol allows; 0 where it leaves no choice.
  public var largestValue: UInt64 {
    switch self {
    case .r0: 0
    case .r1, .r2: UInt64(UInt32.max)
    }
  }

  /// The value that stands for any value, since the kernel does not look at it; nil when there is
  /// none. A machine number of all ones means that the tree identifies the machine, or that the
  /// running kernel's number is right.
  public var anyValue: UInt64? {
    self == .r1 ? UInt64(ARMRegisters.deviceTreeMachine) : nil
  }
}

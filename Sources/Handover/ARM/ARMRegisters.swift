// SPDX-License-Identifier: Apache-2.0

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
}

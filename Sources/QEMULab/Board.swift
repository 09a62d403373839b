// SPDX-License-Identifier: Apache-2.0

public import PhysicalMemory

/// A machine that QEMU emulates and that raw placement works on.
///
/// Source: hw/arm/{virt,vexpress,versatilepb}.c (QEMU 7.2), each board checked in QEMU 7.2.22: its
/// RAM is the file given as `memory-backend`.
public struct Board: Sendable, Hashable {
  /// The name used on the command line, which is QEMU's: `virt`.
  public let name: String
  /// The value of QEMU's `-machine`: `virt,highmem=off`.
  public let machine: String
  /// The value of QEMU's `-cpu`.
  public let cpu: String
  /// The first byte of RAM.
  public let ramBase: PhysicalAddress
  /// The most RAM the board can have below 4 GiB.
  public let ramLimit: ByteCount
  /// The name of the console in `console=`; it is QEMU's first serial port.
  public let console: String
  /// The first register of the UART behind ``console``, a PL011 on every board.
  public let uart: PhysicalAddress
  /// Whether QEMU makes the board's device tree itself.
  public let makesDeviceTree: Bool

  /// QEMU's own board: RAM at 1 GiB, PSCI by HVC, no firmware.
  public static let virt = Self(
    name: "virt", machine: "virt,highmem=off", cpu: "cortex-a15", ramBase: 0x4000_0000,
    ramMebibytes: 3072, uart: 0x0900_0000, makesDeviceTree: true)

  /// ARM's Versatile Express with a Cortex-A15: RAM at 2 GiB.
  public static let vexpressA15 = Self(
    name: "vexpress-a15", machine: "vexpress-a15", cpu: "cortex-a15", ramBase: 0x8000_0000,
    ramMebibytes: 2048, uart: 0x1c09_0000)

  /// ARM's Versatile Express with a Cortex-A9: RAM at 0x60000000.
  public static let vexpressA9 = Self(
    name: "vexpress-a9", machine: "vexpress-a9", cpu: "cortex-a9", ramBase: 0x6000_0000,
    ramMebibytes: 1024, uart: 0x1000_9000)

  /// ARM's Versatile/PB with an ARM926: ARMv5, RAM at address 0.
  public static let versatilePB = Self(
    name: "versatilepb", machine: "versatilepb", cpu: "arm926", ramBase: 0, ramMebibytes: 256,
    uart: 0x101f_1000)

  /// Every board, the default first.
  public static let all = [virt, vexpressA15, vexpressA9, versatilePB]

  /// Finds a board by its name, or gives nil when there is none.
  public static func named(_ name: String) -> Self? {
    all.first { $0.name == name }
  }

  private init(
    name: String, machine: String, cpu: String, ramBase: UInt64, ramMebibytes: UInt32,
    uart: UInt64, makesDeviceTree: Bool = false
  ) {
    self.name = name
    self.machine = machine
    self.cpu = cpu
    self.ramBase = PhysicalAddress(ramBase)
    self.ramLimit = .mebibytes(ramMebibytes)
    self.console = "ttyAMA0"
    self.uart = PhysicalAddress(uart)
    self.makesDeviceTree = makesDeviceTree
  }

  /// Gives the RAM of a board with an amount of memory.
  ///
  /// - Parameter memory: A multiple of 1 MiB, at most ``ramLimit``.
  /// - Returns: All RAM, from ``ramBase`` on.
  /// - Throws: ``LabError/memory(bytes:board:limit:)``
  public func ram(_ memory: ByteCount) throws(LabError) -> PhysicalRange {
    guard memory <= ramLimit, memory.rawValue & Alignment.section.mask == 0,
      let range = PhysicalRange(start: ramBase, count: memory)
    else {
      throw LabError.memory(bytes: memory.rawValue, board: name, limit: ramLimit.rawValue)
    }
    return range
  }
}

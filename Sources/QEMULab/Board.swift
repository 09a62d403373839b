// SPDX-License-Identifier: Apache-2.0

public import PhysicalMemory

/// A machine that QEMU emulates and that raw placement works on: its RAM is the file given as
/// `memory-backend`.
public struct Board: Sendable, Hashable {
  /// The name used on the command line, which is QEMU's: `virt`.
  public let name: String
  /// The value of QEMU's `-machine`: `virt,highmem=off`.
  public let machine: String
  /// The value of QEMU's `-cpu`.
  public let cpu: String
  /// Its processor for the gdb stub.
  let processor: LabProcessor
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

  /// Every board, the default first.
  public static let all = [virt, vexpressA15, vexpressA9, versatilePB]

  /// Finds a board by its name, or gives nil when there is none.
  public static func named(_ name: String) -> Self? {
    all.first { $0.name == name }
  }

  init(
    name: String, machine: String, cpu: String, processor: LabProcessor, ramBase: UInt64,
    ramMebibytes: UInt32, uart: UInt64, makesDeviceTree: Bool = false
  ) {
    self.name = name
    self.machine = machine
    self.cpu = cpu
    self.processor = processor
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

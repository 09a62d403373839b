// SPDX-License-Identifier: Apache-2.0

import Handover

extension LabProcessor {
  /// A 32-bit ARM processor in SVC mode and ARM state, with aborts, IRQ and FIQ masked.
  ///
  /// The target description `org.gnu.gdb.arm.core` lists 16 words and gives `cpsr` the number 25.
  ///
  /// Source: Documentation/arm/booting.rst (v6.1), "Calling the kernel image".
  static let arm = Self(
    name: "arm",
    passed: [(.r0, word("r0", 0)), (.r1, word("r1", 1)), (.r2, word("r2", 2))],
    counter: word("pc", 15), status: word("cpsr", 25), statusAtEntry: 0x1d3)

  private static func word(_ name: String, _ number: UInt8) -> LabRegister {
    LabRegister(name: name, number: number, byteCount: 4)
  }
}

// Source: hw/arm/{virt,vexpress,versatilepb}.c (QEMU 7.2), each board checked in QEMU 7.2.22.
extension Board {
  /// QEMU's own board: RAM at 1 GiB, PSCI by HVC, no firmware.
  public static let virt = Self(
    name: "virt", machine: "virt,highmem=off", cpu: "cortex-a15", processor: .arm,
    ramBase: 0x4000_0000, ramMebibytes: 3072, uart: 0x0900_0000, makesDeviceTree: true)

  /// ARM's Versatile Express with a Cortex-A15: RAM at 2 GiB.
  public static let vexpressA15 = Self(
    name: "vexpress-a15", machine: "vexpress-a15", cpu: "cortex-a15", processor: .arm,
    ramBase: 0x8000_0000, ramMebibytes: 2048, uart: 0x1c09_0000)

  /// ARM's Versatile Express with a Cortex-A9: RAM at 0x60000000.
  public static let vexpressA9 = Self(
    name: "vexpress-a9", machine: "vexpress-a9", cpu: "cortex-a9", processor: .arm,
    ramBase: 0x6000_0000, ramMebibytes: 1024, uart: 0x1000_9000)

  /// ARM's Versatile/PB with an ARM926: ARMv5, RAM at address 0.
  public static let versatilePB = Self(
    name: "versatilepb", machine: "versatilepb", cpu: "arm926", processor: .arm, ramBase: 0,
    ramMebibytes: 256, uart: 0x101f_1000)
}

// SPDX-License-Identifier: Apache-2.0

import Handover
import PhysicalMemory
@testable import QEMULab

/// A guest of a few hand-assembled instructions: it prints the text at base + 0x200, writes r1 to
/// base + 0x100 and the low byte of r2 to base + 0x106, and jumps to base + 0x2000.
enum TinyProgram {
  /// What is executed at base + 0x2000.
  enum End {
    /// `b .`
    case loop
    /// PSCI SYSTEM_OFF by HVC.
    case off
  }

  static func boot(
    _ board: Board, text: String, end: End = .loop, parameters: UInt32 = 0x1234_56a5
  ) -> LabBoot {
    let base = UInt32(truncatingIfNeeded: board.ramBase.rawValue)
    let uart = UInt32(truncatingIfNeeded: board.uart.rawValue)
    let program: [UInt32] = [
      0xe59f_3028,  // ldr r3, uart
      0xe59f_4028,  // ldr r4, text
      0xe4d4_5001,  // 1: ldrb r5, [r4], #1
      0xe355_0000,  // cmp r5, #0
      0x1583_5000,  // strne r5, [r3]
      0x1aff_fffb,  // bne 1b
      0xe59f_3018,  // ldr r3, target
      0xe583_1000,  // str r1, [r3]
      0xe5c3_2006,  // strb r2, [r3, #6]
      0xe59f_0010,  // ldr r0, zero
      0xe59f_f010,  // ldr pc, kernel
      0xe1a0_0000,  // nop
      uart, base + 0x200, base + 0x100, 0, base + 0x2000,
    ]
    let kernel: [UInt32] =
      switch end {
      case .loop: [0xeaff_fffe]
      // movw r0, #8; movt r0, #0x8400; hvc #0; b .
      case .off: [0xe300_0008, 0xe348_0400, 0xe140_0070, 0xeaff_fffe]
      }
    return LabBoot(
      board: board, memoryBytes: 16 << 20,
      segments: [
        LabSegment(name: "text", address: UInt64(base) + 0x200, bytes: Array(text.utf8) + [0]),
        LabSegment(name: "program", address: UInt64(base) + 0x1000, bytes: bytes(program)),
        LabSegment(name: "kernel", address: UInt64(base) + 0x2000, bytes: bytes(kernel)),
      ],
      entry: EntryState(
        PhysicalAddress(UInt64(base) + 0x1000), ARMRegisters(parameters: parameters)),
      timeout: .seconds(20))
  }

  private static func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }
}

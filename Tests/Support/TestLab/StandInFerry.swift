// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program in Ferry's place that only speaks: for what `kx` makes of a bundle and of Ferry's words.
/// Bundles that boot are started in FerryBootTests.
package enum StandInFerry {
  /// Makes a program that says lines on the serial port of QEMU's board virt.
  package static func saying(_ lines: [String]) async throws -> String {
    let folder = try Scratch.folder("stand-in")
    let text = lines.map { $0 + "\\n" }.joined()
    let source = try Scratch.file(
      "ferry.s",
      """
              .arch armv5te
              .arm
              .section .head, "ax"
              b     start
              .rept 8
              nop
              .endr
              .word 0x016f2818, 0, 0, 0x04030201, 0x45454545, ferry_tags - 0xff000000, 0
      ferry_tags: .space 128
      start:  adr   r4, text
              mov   r5, #0x09000000
      1:      ldrb  r6, [r4], #1
              cmp   r6, #0
      2:      beq   2b
      3:      ldr   r7, [r5, #0x18]
              tst   r7, #0x20
              bne   3b
              str   r6, [r5]
              b     1b
      text:   .asciz "\(text)"

      """.utf8)
    let script = try Scratch.file(
      "ferry.ld", "SECTIONS { . = 0xff000000; .head : { *(.head) } }\n".utf8)
    let object = folder.appending(path: "ferry.o").path
    let program = folder.appending(path: "ferry.elf").path
    try await Program.succeed("arm-linux-gnueabi-as", "-o", object, source)
    try await Program.succeed(
      "arm-linux-gnueabi-ld", "--no-warn-rwx-segments", "-T", script, "-e", "0xff000000", "-o",
      program, object)
    return program
  }
}

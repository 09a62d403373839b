// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 4: plans boot.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct BootTests {
  @Test("The kernel comes up as planned, its initrd intact", arguments: MatrixBoot.asked)
  func boots(boot: MatrixBoot) async throws {
    try await Verdict.expectIntact(try await boot.arguments)
  }

  @Test("A plan with a hole in RAM puts nothing into the hole", arguments: MatrixBoot.handovers)
  func hole(handover: String) async throws {
    let tree = try await VirtTree.shared.pathWithHole()
    let (plan, code) = try await PlanFile.make(
      [
        try LabKernel("armmp").path, "--initrd", Lab.initrd, "--dtb", tree, "--handover", handover,
      ])
    #expect(code == 0)
    #expect(plan.machine.ram.map(\.first) == ["0x40000000", "0x48000000"])
    for range in plan.segments + plan.footprint {
      #expect(range.end < 0x4400_0000 || range.start >= 0x4800_0000)
    }
  }

  @Test(
    "Kernels come up where RAM begins at 2 GiB, by the device tree of the real board",
    arguments: ["armmp", "armmp-lpae"], MatrixBoot.handovers)
  func vexpress(name: String, handover: String) async throws {
    try await Verdict.expectIntact(
      [
        try LabKernel(name).path, "--initrd", Lab.initrd, "--append", "console=ttyAMA0", "--board",
        "vexpress-a15", "--dtb", Lab.vexpressTree, "--handover", handover,
      ])
  }

  @Test(
    "A tiny kernel runs its init to the end there, though it has no driver for that board's console",
    arguments: MatrixBoot.handovers)
  func silentConsole(handover: String) async throws {
    // Its UART wants a clock of the board; the boot console needs none, and tells what happens.
    let outcome = try await KX.boot(
      [
        try LabKernel("tiny-gzip").path, "--initrd", Lab.initrd, "--append",
        "earlycon=pl011,0x1c090000 console=ttyAMA0", "--board", "vexpress-a15", "--dtb",
        Lab.vexpressTree, "--handover", handover, "--expect", "^.*reboot: System halted",
      ])
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    #expect(outcome.text.contains("Freeing initrd memory"))
    #expect(outcome.text.contains("Run /init as init process"))
    #expect(!outcome.text.contains("unpacking failed"))
  }

  @Test("A retagged kernel boots as any other")
  func retagged() async throws {
    let file = try Scratch.folder("retag").appending(path: "vmlinuz").path
    let outcome = try await KX.run(["retag", try LabKernel("tiny-gzip").path, "-o", file])
    #expect(outcome.code == 0, "\(outcome.errors)")
    try await Verdict.expectIntact([
      file, "--initrd", Lab.initrd, "--append", "console=ttyAMA0", "--handover", "zimage",
    ])
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// ATAG lists in place of a device tree.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct ATAGTests {
  @Test("A plan with ATAGs carries the machine number in r1 and the list's address in r2")
  func plan() async throws {
    let (plan, code) = try await PlanFile.make(
      [
        try LabKernel("tiny-gzip").path, "--atags", "--machine-number", "2272", "--ram",
        "0x40000000+128M", "--initrd", Lab.initrd,
      ])
    #expect(code == 0)
    #expect(plan.registers?.r1 == "0x8e0")
    #expect(plan.registers?.r2 == (try plan.segment("atags").first))
    #expect(plan.segments.map(\.name).contains("dtb") == false)
  }

  @Test("A decompressor that merges ATAGs into its appended tree gets both, and boots by them")
  func merged() async throws {
    let tree = try Scratch.folder("atags").appending(path: "packed.dtb").path
    // QEMU's tree is padded to 1 MiB; a tree that is appended has its true size.
    try await Program.succeed(
      "dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", tree,
      try await VirtTree.shared.path(mebibytes: 512))
    let kernel = try Scratch.bytes(Lab.atagsKernel)
    let appended = try Scratch.bytes(tree)
    let file = try Scratch.file("vmlinuz", kernel + appended)
    let line = "console=ttyAMA0 from=atags"
    let options = [file, "--atags", "--initrd", Lab.initrd, "--append", line]
    let (plan, code) = try await PlanFile.make(options + ["--ram", "0x40000000+256M"])
    #expect(code == 0)
    #expect(plan.handover == "zimage")
    #expect(try plan.segment("kernel").fileBytes == kernel.count + appended.count)
    // 256 MiB where the tree says 512: what the kernel finds came by the ATAGs.
    let outcome = try await KX.boot(options + ["--memory", "256M"])
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    #expect(outcome.text.contains("\n" + (try await Verdict.intact.value)))
    #expect(outcome.text.contains("swift-kexec cmdline: \(line)"))
    let found = try #require(
      outcome.text.firstMatch(of: /swift-kexec memory: MemTotal: (\d+) kB/))
    #expect(try #require(Int(String(found.1))) <= 256 << 10)
  }
}

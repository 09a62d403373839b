// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Layouts that U-Boot chose end as they were judged.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct GivenLayoutTests {
  @Test("QEMU's virt as U-Boot sets it, all in place, comes up with its initrd intact, as judged")
  func goodBoot() async throws {
    let environment = try Scratch.file(
      "virt.env",
      Array(
        """
        fdt_addr_r=0x40000000
        kernel_addr_r=0x40400000
        ramdisk_addr_r=0x44000000
        initrd_high=ffffffff
        fdt_high=ffffffff
        """.utf8))
    let saved = try await KX.run(
      [
        "plan", "--json", try LabKernel("armmp").path, "--initrd", Lab.initrd, "--append",
        "console=ttyAMA0", "--dtb", try await VirtTree.shared.path(mebibytes: 512), "--u-boot-env",
        environment,
      ])
    #expect(saved.code == 0)
    let plan = try PlanFile(saved)
    #expect(plan.entry == "0x40400000")
    #expect(try plan.segment("initrd").first == "0x44000000")
    let outcome = try await KX.boot([try Scratch.file("plan.json", saved.output), "--quiet"])
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.errors)")
    #expect(outcome.text.contains("initrd intact"))
    #expect(outcome.text.contains("entry 0x40400000"))
  }

  @Test("The Versatile Express with its initrd in place loses it, as judged, and panics")
  func badBoot() async throws {
    let environment = try Scratch.file(
      "vexpress.env",
      Array(
        """
        initrd_high=ffffffff
        ramdisk_addr_r=0x81000000
        kernel_addr_r=0xa0008000
        fdt_addr_r=0xa8000000
        """.utf8))
    let outcome = try await KX.boot(
      [
        try LabKernel("armmp").path, "--initrd", Lab.initrd, "--append", "console=ttyAMA0",
        "--board",
        "vexpress-a15", "--memory", "1G", "--dtb", Lab.vexpressTree, "--u-boot-env", environment,
      ])
    #expect((10...13).contains(outcome.code), "\(outcome.text)\(outcome.errors)")
    #expect(outcome.errors.contains("KX185"))
    #expect(outcome.text.contains("disabling initrd"))
  }
}

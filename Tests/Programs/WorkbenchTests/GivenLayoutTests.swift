// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// `--at` and `--u-boot-env`: what somebody else chose, from the command line to the boot.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct GivenLayoutTests {
  private func arguments(_ more: [String]) async throws -> [String] {
    [
      try LabKernel("armmp").path, "--initrd", Lab.initrd, "--append", "console=ttyAMA0", "--dtb",
      try await VirtTree.shared.path(mebibytes: 512),
    ] + more
  }

  /// What Debian's kexec-tools does.
  private static let debian = [
    "--at", "kernel=0x40008000", "--at", "initrd=0x418ed000", "--at", "dtb=0x44000000",
  ]

  @Test("Debian's layout ends with 1 and its loss in bytes; the proposal, as commands, ends with 0")
  func debian() async throws {
    let (plan, code) = try await PlanFile.make(try await arguments(Self.debian))
    #expect(code == 1)
    let lost = try #require(plan.diagnostics.first { $0.code == "KX101" })
    #expect(lost.bytes.map { $0 > 2_000_000 } == true)
    let commands = try await KX.run(
      ["plan"] + (try await arguments(Self.debian + ["--format", "u-boot"])))
    #expect(commands.code == 1)
    #expect(commands.errors.contains("KX101") && commands.errors.contains("KX190"))
    #expect(commands.text.hasPrefix("setenv kernel_addr_r 0x40008000\nsetenv ramdisk_addr_r 0x41"))
    let environment = try Scratch.file("uboot.txt", commands.output)
    let better = try await KX.run(
      ["plan"] + (try await arguments(["--u-boot-env", environment, "--format", "u-boot"])))
    // Everything is set already: there is nothing to say.
    #expect(better.code == 0 && better.output.isEmpty)
  }

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
      ["plan", "--json"] + (try await arguments(["--u-boot-env", environment])))
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

  @Test("A layout whose rest finds no place ends with 73, and still says what would hold")
  func unplaced() async throws {
    let outcome = try await KX.run(
      [
        "plan", "--assume", "zimage=5M,inflated=20M,bss=512K,initrd=4M", "--ram", "0x40000000+64M",
        "--atags", "--at", "initrd=0x41000000", "--handover", "zimage",
      ])
    #expect(outcome.code == 73)
    #expect(outcome.text.contains("KX103"))
  }

  @Test(
    "Wrong usage is told",
    arguments: [
      (["--at", "kernel=0x42000000", "--load", "0x42000000"], "--load and --at"),
      (["--at", "ramdisk=0x42000000"], "--at cannot be 'ramdisk=0x42000000'"),
      (["--at", "initrd=0x45000000"], "there is no initrd"),
      (["--at", "kernel=1", "--at", "kernel=2"], "more than once"),
      (["--at", "atags=0x45000000"], "takes --atags"),
      (["--at", "kernel=0x100000000"], "not below 4 GiB"),
      (["--json", "--format", "u-boot"], "--format u-boot"),
    ] as [([String], String)])
  func usage(more: [String], text: String) async throws {
    let outcome = try await KX.run(
      ["plan", "--assume", "zimage=5M,inflated=20M,bss=512K", "--ram", "0x40000000+512M"] + more)
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }

  @Test("A file that is no environment is refused by its name")
  func noEnvironment() async throws {
    let file = try Scratch.file("empty.env", Array("nothing here\n".utf8))
    let outcome = try await KX.run(
      [
        "plan", "--assume", "zimage=5M,inflated=20M", "--ram", "0x40000000+512M", "--u-boot-env",
        file,
      ])
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("sets a variable") && outcome.errors.contains("empty.env"))
  }
}

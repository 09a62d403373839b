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

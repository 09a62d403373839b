// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 2 and 4: a bundle starts wherever it lies, on every board, by every loader.
@Suite(.enabled(if: FerryLab.isWanted, "needs the lab's kernels and dist/ferry/ferry.elf"))
struct StartTests {
  private func expectIntact(
    _ arguments: [String], _ options: [String] = [], says lines: [String] = []
  ) async throws {
    let outcome = try await FerryLab.start(try await FerryLab.bundle(arguments), options)
    #expect(outcome.code == 0, "\(options): \(FerryLab.tail(outcome))")
    for line in lines { #expect(outcome.text.contains(line), "\(line)") }
  }

  @Test(
    "QEMU starts a bundle where it puts a zImage, with 128 MiB and with 1 GiB",
    arguments: ["armmp", "tiny-gzip"], [128, 1024])
  func memory(kernel: String, mebibytes: Int) async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel(kernel), mebibytes: mebibytes),
      ["--memory", "\(mebibytes)"])
  }

  @Test(
    "A bundle starts at any address: over its own destinations, far from them, off the page",
    arguments: ["0x40200000", "0x48000000", "0x51234564"], ["armmp", "tiny-gzip"])
  func address(at address: String, kernel: String) async throws {
    try await expectIntact(try await FerryLab.virt(LabKernel(kernel)), ["--at", address])
  }

  @Test("Other cores: Cortex-A7")
  func cortexA7() async throws {
    try await expectIntact(try await FerryLab.virt(LabKernel("armmp")), ["--cpu", "cortex-a7"])
  }

  @Test("Entered in HYP mode, the kernel is entered in it, too")
  func hyp() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("armmp")), ["--machine", "virtualization=on"],
      says: ["CPU: All CPU(s) started in HYP mode."])
  }

  @Test("Asked to drop HYP mode, the kernel is entered in SVC mode")
  func noHYP() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("armmp")) + ["--hyp", "drop"],
      ["--machine", "virtualization=on"], says: ["CPU: All CPU(s) started in SVC mode."])
  }

  @Test(
    "An ARM9 whose RAM begins at address 0: by every strategy that this core lets through",
    arguments: ["arguments", "behindCode"])
  func armv5(strategy: String) async throws {
    try await expectIntact(
      FerryLab.versatile + ["--strategy", strategy],
      ["--board", "versatilepb", "--memory", "128"])
  }

  @Test("Debian's U-Boot starts a bundle by bootz")
  func bootz() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("armmp")),
      ["--u-boot", "bootz 0x42000000 - $fdtcontroladdr"], says: ["U-Boot 2"])
  }

  @Test("Debian's U-Boot starts a bundle by bootm, wrapped as a uImage")
  func bootm() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("armmp")) + ["--format", "uimage"],
      ["--u-boot", "bootm 0x48000000 - $fdtcontroladdr", "--at", "0x48000000"],
      says: ["U-Boot 2"])
  }

  @Test("Debian's U-Boot starts a bundle by go, its caches on")
  func go() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("armmp")), ["--u-boot", "go 0x42000000"],
      says: ["U-Boot 2"])
  }
}

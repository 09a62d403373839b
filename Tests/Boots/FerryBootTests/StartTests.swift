// SPDX-License-Identifier: Apache-2.0
import Foundation
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

  // Where there is a HYP mode, the firmware is called by another instruction: the tree says which.
  private func withHYP() async throws -> [String] {
    [
      try LabKernel("armmp").path, "--initrd", Lab.initrd, "--append", "console=ttyAMA0", "--dtb",
      try await VirtTree.shared.pathWithHYP(),
    ]
  }

  @Test("Entered in HYP mode, the kernel is entered in it, too")
  func hyp() async throws {
    try await expectIntact(
      try await withHYP(), ["--machine", "virtualization=on"],
      says: ["CPU: All CPU(s) started in HYP mode."])
  }

  @Test("Asked to drop HYP mode, the kernel is entered in SVC mode")
  func noHYP() async throws {
    try await expectIntact(
      try await withHYP() + ["--hyp", "drop"], ["--machine", "virtualization=on"],
      says: ["CPU: All CPU(s) started in SVC mode."])
  }

  @Test("The loader's tree takes the place of the bundled one, with the bundle's command line")
  func loaderTree() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("armmp"), append: "console=ttyAMA0 bundled=1")
        + ["--dtb-from-boot"], ["--memory", "1024"],
      says: [
        "ferry: device tree of the loader", "swift-kexec cmdline: console=ttyAMA0 bundled=1",
        "K/1048576K available",
      ])
  }

  @Test("Without a tree in r2 the bundled one is used")
  func noLoaderTree() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("tiny-gzip")) + ["--dtb-from-boot"],
      ["--at", "0x48000000"], says: ["ferry: r2 points to no device tree"])
  }

  @Test(
    "An ARM9 whose RAM begins at address 0: by every strategy that this core lets through",
    arguments: ["arguments", "behindCode"])
  func armv5(strategy: String) async throws {
    try await expectIntact(
      FerryLab.versatile + ["--strategy", strategy],
      ["--board", "versatilepb", "--memory", "128"])
  }

  @Test("QEMU starts a bundle that is an ELF file, at the address the file states")
  func elf() async throws {
    try await expectIntact(
      try await FerryLab.virt(LabKernel("tiny-gzip"))
        + ["--format", "elf", "--load-address", "0x46000000"],
      says: ["ferry: swift-kexec, bundle at 0x46000000,"])
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

  // Debian's U-Boot 2023.01 hangs in its own `go` on this board, waiting for the serial port; a
  // standalone program is started in the same way.
  @Test("U-Boot starts a bundle as a program of its own, MMU and caches on")
  func standalone() async throws {
    let bundle = try await FerryLab.bundle(try await FerryLab.virt(LabKernel("armmp")))
    let wrapped = try Scratch.folder("standalone").appending(path: "program.img").path
    try await Program.succeed(
      "mkimage", "-A", "arm", "-O", "u-boot", "-T", "standalone", "-C", "none", "-a",
      "0x50000000", "-e", "0x50000000", "-d", bundle, wrapped)
    let outcome = try await FerryLab.start(
      wrapped, ["--at", "0x48000000", "--u-boot", "setenv autostart yes; bootm 0x48000000"])
    #expect(outcome.code == 0, "\(FerryLab.tail(outcome))")
    #expect(outcome.text.contains("U-Boot 2"))
  }
}

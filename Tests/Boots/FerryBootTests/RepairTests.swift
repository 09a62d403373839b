// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 3 and 6: Debian's kexec-tools boots, as a bundle or retagged, what it fails on alone.
@Suite(.enabled(if: FerryLab.isWanted, "needs the lab's kernels and dist/ferry/ferry.elf"))
struct RepairTests {
  /// Loads and starts in a guest with the reference tool.
  private func load(_ kernel: String, _ options: [String]) async throws -> Program.Outcome {
    try await Gate.programs.passing {
      try await Program.run(
        Lab.repository.appending(path: "scripts/lab/guest-kexec").path,
        ["--timeout", "300", "--library", FerryLab.referenceLibraries] + options
          + [FerryLab.reference, kernel, "--", "--append=console=ttyAMA0 second=1 panic=-1"])
    }
  }

  private func expectIntact(_ outcome: Program.Outcome) async throws {
    let digest = try await LabBlob.shared.value.digest
    #expect(outcome.code == 0, "\(FerryLab.tail(outcome))")
    #expect(outcome.text.contains("swift-kexec first: load exit 0"))
    #expect(outcome.text.contains("swift-kexec verdict: initrd intact " + digest))
  }

  @Test(
    "kexec-tools loads a bundle of the files on which it fails alone, and the bundle comes up",
    arguments: ["armmp", "armmp-lpae"])
  func bundle(kernel: String) async throws {
    let outcome = try await load(
      try await FerryLab.bundle(
        try await FerryLab.virt(LabKernel(kernel), append: "console=ttyAMA0 second=1 bundled=1")),
      ["--initrd", "none"])
    try await expectIntact(outcome)
    #expect(outcome.text.contains("swift-kexec cmdline: console=ttyAMA0 second=1 bundled=1"))
  }

  @Test(
    "kexec-tools boots a retagged kernel at its own placement, the table of the original intact or not",
    arguments: [LabKernel("armmp"), LabKernel("armmp", .erased)])
  func retagged(kernel: LabKernel) async throws {
    let file = try Scratch.folder("retag").appending(path: "vmlinuz").path
    let made = try await KX.run(["retag", try kernel.path, "-o", file])
    #expect(made.code == 0, "\(made.errors)")
    try await expectIntact(try await load(file, []))
  }
}

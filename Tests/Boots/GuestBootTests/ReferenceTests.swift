// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 1: the reference case. Stock Debian, 512 MiB, its own kernel again.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct ReferenceTests {
  /// Loads and starts with the same options.
  private func boot(_ loader: String, _ libraries: [String]) async throws -> Program.Outcome {
    try DeviceLab.require()
    let kernel = try LabKernel("armmp").path
    let arguments =
      ["--timeout", "300"] + libraries.flatMap { ["--library", $0] }
      + [loader, kernel, "--", "--append=console=ttyAMA0 second=1 panic=-1"]
    return try await Gate.programs.passing {
      try await Program.run(
        Lab.repository.appending(path: "scripts/lab/guest-kexec").path, arguments)
    }
  }

  @Test("Debian's kexec-tools loads Debian's kernel without complaint and loses its initrd")
  func reference() async throws {
    let outcome = try await boot(DeviceLab.reference, DeviceLab.referenceLibraries)
    // The second kernel panicked.
    #expect(outcome.code == 10)
    #expect(outcome.text.contains("swift-kexec first: load exit 0"))
    #expect(outcome.text.contains("Initramfs unpacking failed: invalid magic at start"))
    #expect(outcome.text.contains("Kernel panic - not syncing: VFS: Unable to mount root fs"))
    #expect(!outcome.text.contains("swift-kexec verdict"))
  }

  @Test("Ours boots the same files with the same options, the initrd intact")
  func ours() async throws {
    let outcome = try await boot(DeviceLab.loader, [])
    let digest = try await LabBlob.shared.value.digest
    #expect(outcome.code == 0, "\(outcome.text.suffix(3000))")
    #expect(outcome.text.contains("swift-kexec first: load exit 0"))
    #expect(outcome.text.contains("swift-kexec cmdline: console=ttyAMA0 second=1 panic=-1"))
    #expect(outcome.text.contains("swift-kexec verdict: initrd intact " + digest))
  }
}

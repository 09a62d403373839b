// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// What `kx try --via ferry` makes of Ferry's words.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct FerryWordsTests {
  @Test("A fault that Ferry reports is told in words, exit code 15; a refusal, 16")
  func faults() async throws {
    let fault = try await StandInFerry.saying([
      "ferry: data abort: permission fault (page), write; pc 0xff001234 ferry_store_mach_type in "
        + ".text, address 0xff000f08 kexec_mach_type in .text, fsr 0x80f", "ferry: stopped",
    ])
    let words = [
      try LabKernel("tiny-gzip").path, "--initrd", Lab.initrd, "--dtb",
      try await VirtTree.shared.path(mebibytes: 512), "--append", "console=ttyAMA0",
    ]
    let faulted = try await KX.boot(
      words + ["--via", "ferry", "--ferry", fault, "--timeout", "30"])
    #expect(faulted.code == 15, "\(faulted.text)")
    #expect(
      faulted.lastLine.contains(
        "permission fault (page), write: the instruction at 0xff001234 ferry_store_mach_type in "
          + ".text accessed 0xff000f08 kexec_mach_type in .text"))
    let refusal = try await StandInFerry.saying([
      "ferry: error: segment initrd: its SHA-256 differs; nothing was overwritten",
      "ferry: stopped",
    ])
    let refused = try await KX.boot(
      words + ["--via", "ferry", "--ferry", refusal, "--bundle-at", "0x48000000"])
    #expect(refused.code == 16, "\(refused.text)")
    #expect(refused.lastLine.contains("segment initrd: its SHA-256 differs"))
  }
}

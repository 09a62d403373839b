// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 4.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct LongChainTests {
  @Test("Twenty kernels start one another in one run, each with its initrd intact")
  func twenty() async throws {
    let steps = try (0..<20).map { index in
      try Chain.Step(
        LabKernel(LabKernel.tinyNames[index % 5]), handover: DeviceBoot.handovers[index / 5 % 2])
    }
    #expect(Set(steps.map(\.line)).count == 10)
    let chain = Chain(guest: Guest(first: "tiny-gzip"), steps: steps, blobBytes: 1_000_000)
    let generations = try await chain.expectBoots()
    #expect(generations.count == 21)
  }
}

// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 4: RAM that begins inside a 128 MiB window.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct RAMStartTests {
  private static let window: UInt64 = 0x800_0000

  @Test(
    "The kernel is planned where its decompressor will put it, with and without a check of the DTB",
    arguments: ["armmp", "armmp-lpae", "tiny-gzip"],
    [0x8020_0000, 0x6800_0000] as [UInt64])
  func planned(name: String, start: UInt64) async throws {
    let tree = try await VirtTree.shared.path(
      banks: [(start, 0x2000_0000)], named: "ram" + String(start, radix: 16))
    for checks in [false, true] {
      let (plan, code) = try await PlanFile.make(
        [
          try LabKernel(name).path, "--initrd", Lab.initrd, "--dtb", tree, "--handover", "zimage",
          "--assume", "dtb-check=\(checks ? 1 : 0)",
        ])
      #expect(code == 0)
      let load = number(try #require(plan.entry))
      let offset = number(plan.kernel.textOffset)
      // The formula of zimage.md, section 4, step 2; every start here is a multiple of 2 MiB.
      let base = load & ~(Self.window - 1)
      let isTold = base >= start
      #expect(plan.kernelAddress == (checks && !isTold ? start : base) + offset)
      try expectSound(plan, start)
    }
  }

  @Test(
    "The plain Image is planned there as well, at RAM's first whole 2 MiB",
    arguments: ["armmp", "armmp-lpae", "tiny-gzip"],
    [0x8020_0000, 0x6800_0000] as [UInt64])
  func image(name: String, start: UInt64) async throws {
    let tree = try await VirtTree.shared.path(
      banks: [(start, 0x2000_0000)], named: "ram" + String(start, radix: 16))
    for check in ["dtb-check=0", "dtb-check=1"] {
      let (plan, code) = try await PlanFile.make(
        [
          try LabKernel(name).path, "--initrd", Lab.initrd, "--dtb", tree, "--handover", "image",
          "--assume", check,
        ])
      #expect(code == 0)
      let entry = number(try #require(plan.entry))
      #expect((entry - number(plan.kernel.textOffset)) % 0x20_0000 == 0)
      try expectSound(plan, start)
    }
  }

  /// Everything lies in RAM, and the companions lie clear of all that is written.
  private func expectSound(_ plan: PlanFile, _ start: UInt64) throws {
    let end = start + 0x2000_0000
    for range in plan.segments + plan.footprint {
      #expect(range.start >= start && range.end < end, "\(range)")
    }
    for companion in [try plan.segment("initrd"), try plan.segment("dtb")] {
      for written in plan.footprint + [try plan.segment("kernel")] {
        #expect(!companion.overlaps(written), "\(companion) \(written)")
      }
    }
  }
}

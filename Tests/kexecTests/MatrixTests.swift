// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 1: what is loaded on the device boots.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct MatrixTests {
  @Test(
    "Loaded on the device, kernels come up with their initrd intact, entered as was asked for",
    arguments: DeviceRun.asked)
  func boots(run: DeviceRun) async throws {
    var chain = Chain(
      guest: Guest(first: run.first, mebibytes: run.mebibytes),
      steps: try run.boots.map { try Chain.Step($0.kernel, handover: $0.handover) })
    if let reserved = run.reserved {
      chain.guest.tree = try await VirtTree.shared.path(
        mebibytes: run.mebibytes, reserving: reserved)
      chain.forbidden = [reserved]
      for boot in run.boots {
        #expect(
          try await Self.wouldUse(reserved, boot),
          "kexec-tools does not go there: nothing is tested")
      }
    }
    let generations = try await chain.expectBoots()
    // Without HIGHMEM, as the tiny kernels are built, a kernel cuts off what is above 768 MiB; and
    // one that does not fit below what is reserved lies above it and has no memory below itself.
    for generation in generations {
      let isTiny = generation.first("release")?.contains("-armmp") == false
      let mebibytes = isTiny ? min(run.mebibytes, 768) : run.mebibytes
      let last = 0x4000_0000 + UInt64(mebibytes) << 20 - 1
      var first: UInt64 = 0x4000_0000
      if let reserved = run.reserved, let code = generation.first("code"),
        number(code) >= reserved.upperBound
      {
        first = reserved.upperBound
      }
      let range = String(first, radix: 16) + "-" + String(last, radix: 16)
      #expect(generation.told["ram"] == [range])
    }
  }

  /// Whether an initrd that is placed as kexec-tools does would touch a range.
  private static func wouldUse(_ range: Range<UInt64>, _ boot: DeviceBoot) async throws -> Bool {
    let (plan, _) = try await PlanFile.make([
      try boot.kernel.path, "--initrd", Lab.initrd, "--dtb",
      try await VirtTree.shared.path(mebibytes: boot.mebibytes), "--rule", "kexec-tools",
    ])
    let initrd = try plan.segment("initrd")
    return range.overlaps(initrd.start..<initrd.end)
  }
}

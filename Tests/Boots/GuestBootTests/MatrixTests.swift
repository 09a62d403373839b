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
    // Under emulation Debian's larger kernel takes up to three minutes to inflate itself.
    chain.guest.seconds = max(chain.guest.seconds, 200 * run.boots.count)
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
    for (old, new) in zip(generations, generations.dropFirst()) {
      try Self.expectMemory(of: new, after: old, run)
    }
  }

  /// Expects a kernel to have all RAM from where it takes RAM to start, and the loader to have said
  /// so when that is less than before.
  private static func expectMemory(
    of new: Generation, after old: Generation, _ run: DeviceRun
  ) throws {
    let isTiny = new.first("release")?.contains("-armmp") == false
    let ram: Range<UInt64> = 0x4000_0000..<(0x4000_0000 + UInt64(run.mebibytes) << 20)
    // TEXT_OFFSET is 0x208000 in Debian's kernels and 0x8000 in the tiny ones.
    let code = number(try #require(new.first("code")))
    let first = max(ram.lowerBound, code - (isTiny ? 0x8000 : 0x20_8000))
    // Without HIGHMEM, as the tiny kernels are built, a kernel cuts off what is above 768 MiB.
    let end = isTiny ? min(ram.upperBound, first + 768 << 20) : ram.upperBound
    let range = String(first, radix: 16) + "-" + String(end - 1, radix: 16)
    #expect(new.told["ram"] == [range])
    let before = try #require(old.first("ram")?.split(separator: "-").first)
    #expect(old.costlyStart == (first > number("0x" + before) ? first : nil))
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

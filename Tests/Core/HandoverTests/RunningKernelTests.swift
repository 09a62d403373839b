// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

@Suite("What a running kernel passes by itself")
struct RunningKernelTests {
  private let entry = PhysicalAddress(0x4020_8000)
  private let kernel = SegmentHead(PhysicalAddress(0x4020_8000), isTree: false)
  private let initrd = SegmentHead(PhysicalAddress(0x4170_2000), isTree: nil)
  private let tree = SegmentHead(PhysicalAddress(0x4170_0000), isTree: true)
  private let other = SegmentHead(PhysicalAddress(0x4180_0000), isTree: true)

  private func arm(_ release: String) -> RunningKernel {
    RunningKernel(.arm, release: KernelRelease(release))
  }

  private func r2(_ release: String, _ segments: [SegmentHead]) -> UInt64? {
    arm(release).passes(segments, entering: entry)?.first { $0.name == .r2 }?.value
  }

  @Test("Since 3.7 Linux for ARM passes the last tree, whatever lies before it")
  func lastTree() {
    for release in ["3.7", "3.18.0", "4.9.1-rc2", "6.1.0-50-armmp"] {
      #expect(r2(release, [kernel, initrd, tree]) == 0x4170_0000)
      #expect(r2(release, [kernel, tree, other]) == 0x4180_0000)
    }
  }

  @Test("Before 3.7, and where there is no tree, it passes the usual place of ATAGs")
  func usualPlace() {
    for release in ["2.6.39", "3.2.0", "3.6.11"] {
      #expect(r2(release, [kernel, initrd, tree]) == 0x4020_1000)
    }
    #expect(r2("6.1.0", [kernel]) == 0x4020_1000)
    #expect(arm("6.1.0").passes([kernel], entering: PhysicalAddress(0x6fff)) == nil)
  }

  @Test("Nothing is known of an unknown release, nor where something unknown is the last")
  func unknown() {
    for release in ["", "next", "6", "6.", ".1"] { #expect(r2(release, [kernel, tree]) == nil) }
    #expect(r2("6.1.0", [kernel, tree, initrd]) == nil)
    #expect(r2("6.1.0", [kernel, initrd]) == nil)
  }

  @Test(
    "Nothing is known of other architectures", arguments: [Architecture.arm64, .riscv64, .x86_64])
  func others(architecture: Architecture) {
    let running = RunningKernel(architecture, release: KernelRelease(6, 1))
    #expect(running.passes([kernel, tree], entering: entry) == nil)
  }

  @Test("A machine number is never passed, and is missing only if one is stated")
  func machineNumber() {
    func missing(_ machine: UInt32, _ parameters: UInt32, on release: String = "6.1.0")
      -> [RegisterName]
    {
      arm(release).missing(
        from: EntryState(entry, ARMRegisters(machine: machine, parameters: parameters)),
        with: [kernel, initrd, tree]
      ).map(\.name)
    }
    #expect(missing(0xffff_ffff, 0x4170_0000) == [])
    #expect(missing(0xffff_ffff, 0x4170_0004) == [.r2])
    #expect(missing(2272, 0x4170_0000) == [.r1])
    #expect(missing(2272, 0x4170_0000, on: "unknown") == [.r0, .r1, .r2])
  }

  @Test("A release gives its first two numbers, however large, or nothing")
  func release() {
    #expect(KernelRelease("6.1.0-50-armmp") == KernelRelease(6, 1))
    #expect(KernelRelease("3.18-rc1") == KernelRelease(3, 18))
    #expect(KernelRelease("99999999999999.1")?.isAtLeast(6, 0) == true)
    #expect(KernelRelease("5.10")?.isAtLeast(5, 10) == true)
    #expect(KernelRelease("5.9.12")?.isAtLeast(5, 10) == false)
    #expect(KernelRelease("v6.1") == nil)
  }
}

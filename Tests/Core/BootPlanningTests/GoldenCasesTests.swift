// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import Testing

@Suite("Golden cases: real logs and measured boots, with exact addresses")
struct GoldenCasesTests {
  /// One measured run of zimage.md, "Formula check".
  struct Measured: Sendable, CustomTestStringConvertible {
    let name: String
    let lpae: Bool
    let load: UInt64
    let moved: UInt64?
    let stackEnd: UInt64
    let end: UInt64
    /// What QEMU saw being written; between the inflated kernel and the copy nothing is.
    let observed: [ClosedRange<UInt64>]
    var testDescription: String { name }
  }

  static let measured = [
    Measured(
      name: "armmp at 0x40008000", lpae: false, load: 0x4000_8000, moved: 0x415a_9900,
      stackEnd: 0x41ad_be78, end: 0x41ae_be78,
      observed: [0x4020_4000...0x415a_90b3, 0x415a_9900...0x41ae_324f]),
    Measured(
      name: "armmp-lpae at 0x40008000", lpae: true, load: 0x4000_8000, moved: 0x417a_d900,
      stackEnd: 0x41cf_2e78, end: 0x41d0_2e78,
      observed: [0x4020_4000...0x417a_d0c7, 0x417a_d900...0x41cf_a24f]),
    Measured(
      name: "armmp at 0x44000000", lpae: false, load: 0x4400_0000, moved: nil,
      stackEnd: 0x4453_3618, end: 0x4454_3618,
      observed: [0x4020_4000...0x415a_90b3, 0x4453_2003...0x4453_a9ef]),
  ]

  @Test(
    "The footprint is exactly what zimage.md derives, and holds all that QEMU saw written",
    arguments: measured)
  func measuredFootprint(_ run: Measured) throws {
    let figures = run.lpae ? KernelsOfRecord.lpae : KernelsOfRecord.armmp
    let plan = try ARMPlanner.plan(
      KernelsOfRecord.request(
        figures, ram: 0x4000_0000...0x4fff_ffff, initrd: 6 << 20, handover: .zimage,
        load: run.load))
    #expect(!plan.hasErrors)
    let prefix = run.moved == nil ? "decompressor " : "moved decompressor "
    #expect(plan.writes("moved zImage")?.low == run.moved)
    #expect(plan.writes(prefix + "stack")?.high == run.stackEnd)
    #expect(plan.writes(prefix + "heap") == Bytes(run.stackEnd, run.end))
    #expect(plan.decompressEnd == run.end)
    #expect(
      plan.writes("inflated kernel") == Bytes(0x4020_8000, 0x4020_8000 + figures.inflated))
    #expect(plan.writes("decompressor page table") == Bytes(0x4020_4000, 0x4020_8000))
    let ranges = plan.footprint.filter { $0.phase == .decompress }.map { Bytes($0.range) }
    for seen in run.observed {
      #expect(
        PlacementPropertyTests.covered(Bytes(seen.lowerBound, seen.upperBound + 1), ranges))
    }
  }

  @Test("A80: kexec-tools loses 1056 bytes of the initrd, in 0x20fd6000-0x20fd641f")
  func a80ByKexecTools() throws {
    let plan = try ARMPlanner.plan(
      KernelsOfRecord.request(
        KernelsOfRecord.a80, ram: 0x2000_0000...0x9fff_ffff, initrd: 0x16a_6b97,
        rule: .kexecTools))
    #expect(plan.start(.kernel) == 0x2000_8000)
    #expect(plan.start(.initrd) == 0x20fd_6000)
    #expect(plan.decompressEnd == 0x20fd_6420)
    let overlap = try #require(plan.diagnostics(.segmentOverwritten).first)
    #expect(overlap.severity == .error)
    #expect(overlap.bytes == ByteCount(UInt64(1056)))
    #expect(overlap.message.contains("overlaps"))
    #expect(overlap.message.contains("0x20fd6000-0x20fd641f"))
  }

  @Test("A80: the exact rule at the same load address puts the initrd at or above 0x20fd7000")
  func a80Exactly() throws {
    let plan = try ARMPlanner.plan(
      KernelsOfRecord.request(
        KernelsOfRecord.a80, ram: 0x2000_0000...0x9fff_ffff, initrd: 0x16a_6b97,
        handover: .zimage, load: 0x2000_8000))
    #expect(!plan.hasErrors)
    #expect(plan.decompressEnd == 0x20fd_6420)
    #expect(try #require(plan.start(.initrd)) >= 0x20fd_7000)
    #expect(try #require(plan.start(.dtb)) >= 0x20fd_7000)
  }

  @Test("i.MX6: kexec-tools' size is short by R, the exact rule is not")
  func imx6() throws {
    // By hand: I + Z + 0x11000 = 0x1dc8154, so the initrd goes to 0x10008000 + 0x1dc9000. The copy
    // begins at down(0x10008000 + I + 0xc00, 256) = 0x1156cb00 and ends Z - 0xc0 + 0x11000 above.
    let plan = try ARMPlanner.plan(
      KernelsOfRecord.request(
        KernelsOfRecord.imx6, ram: 0x1000_0000...0x4fff_ffff, initrd: 8 << 20,
        rule: .kexecTools))
    #expect(plan.start(.initrd) == 0x11dd_1000)
    #expect(plan.writes("moved zImage")?.low == 0x1156_cb00)
    #expect(plan.decompressEnd == 0x11dd_0c40)
    #expect(plan.diagnostics(.segmentOverwritten).isEmpty)
  }

  @Test("Keystone2: four times the zImage holds without padding, and overflows with it")
  func keystone() throws {
    let ram: ClosedRange<UInt64> = 0x8000_0000...0x9fff_ffff
    let small = try ARMPlanner.plan(
      KernelsOfRecord.request(
        KernelsOfRecord.keystone, ram: ram, initrd: 4 << 20, rule: .ratio4))
    #expect(small.start(.initrd) == 0x8000_0000 + roundUp(4 * 4_381_592, 4096))
    #expect(!small.hasErrors)
    let padded = try ARMPlanner.plan(
      KernelsOfRecord.request(
        KernelsOfRecord.keystonePadded, ram: ram, initrd: 4 << 20, rule: .ratio4))
    let initrd = 0x8000_0000 + roundUp(4 * 4_399_040, 4096)
    #expect(padded.start(.initrd) == initrd)
    let lost = try #require(padded.diagnostics(.segmentOverwritten).first?.bytes)
    #expect(lost.rawValue == padded.decompressEnd - initrd)
  }

  @Test("armmp: kexec-tools puts the initrd at 0x418ed000, inside the moved zImage")
  func armmpByKexecTools() throws {
    let request = KernelsOfRecord.request(
      KernelsOfRecord.armmp, ram: 0x4000_0000...0x5fff_ffff, initrd: 8 << 20, rule: .kexecTools)
    let plan = try ARMPlanner.plan(request)
    #expect(plan.start(.kernel) == 0x4000_8000)
    #expect(plan.start(.initrd) == 0x418e_d000)
    #expect(
      plan.diagnostics(.segmentOverwritten).first?.bytes?.rawValue == 0x41ae_be78 - 0x418e_d000)
  }

  @Test("The judge sees the reference panic: kexec-tools' initrd is lost, ours is not")
  func judgeSeesThePanic() throws {
    let bank = Bytes(0x4000_0000, 0x6000_0000)
    let truth = TrueKernel(
      zImage: 0x532200, payloadEnd: 0x531875, inflated: 0x13a_10b4, bss: 0x5e4d4,
      textOffset: 0x208000)
    let boot = SimulatedBoot(
      kernel: truth, handover: TrueHandover(parameters: .deviceTree([bank])), ram: [bank],
      reserved: [])
    var loaded = LoadedMemory(
      handover: .zimage, kernel: 0x4000_8000, kernelMemory: 0x533000,
      initrd: Bytes(0x418e_d000, 0x420e_d000), parameters: Bytes(0x4400_0000, 0x4400_4000))
    #expect(throws: Hang.lost(.initrd, Bytes(0x418e_d000, 0x420e_d000))) {
      try boot.run(loaded)
    }
    loaded.initrd = Bytes(0x41ae_c000, 0x422e_c000)
    let run = try boot.run(loaded)
    // The simulation, written without the model, gives the measured addresses too.
    #expect(run.written.contains { $0.0 == .moved && $0.1.low == 0x415a_9900 })
    #expect(run.written.contains { $0.0 == .decompressorStack && $0.1.high == 0x41ad_be78 })
  }
}

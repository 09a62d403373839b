// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import KernelImages
import PhysicalMemory
import Testing

@Suite("Layouts that somebody else chose: real logs and reports, with exact addresses")
struct GivenLayoutTests {
  private static let bank: ClosedRange<UInt64> = 0x4000_0000...0x5fff_ffff

  /// A request with addresses.
  static func request(
    _ figures: KernelsOfRecord.Figures, ram: ClosedRange<UInt64> = bank, initrd: UInt64? = 8 << 20,
    dtb: UInt64 = 0x4000, handover: HandoverKind? = nil, kernel: UInt64? = nil,
    initrdAt: UInt64? = nil, dtbAt: UInt64? = nil
  ) -> PlanRequest {
    var request = KernelsOfRecord.request(
      figures, ram: ram, initrd: initrd, dtb: dtb, handover: handover)
    request.given = GivenPlaces(
      kernel: kernel.map { PhysicalAddress($0) }, initrd: initrdAt.map { PhysicalAddress($0) },
      parameters: dtbAt.map { PhysicalAddress($0) })
    return request
  }

  private func codes(_ plan: BootPlan) -> [DiagnosticCode] {
    plan.diagnostics.filter { $0.severity == .error }.map(\.code)
  }

  @Test(
    "Debian's own failing layout loses what the moved zImage overwrites, and only the initrd moves")
  func debianByKexecTools() throws {
    let judged = try ARMPlanner.judge(
      Self.request(
        KernelsOfRecord.armmp, kernel: 0x4000_8000, initrdAt: 0x418e_d000, dtbAt: 0x4400_0000))
    #expect(codes(judged.plan) == [.segmentOverwritten])
    let lost = try #require(judged.plan.diagnostics(.segmentOverwritten).first)
    #expect(lost.bytes?.rawValue == 0x41ae_be78 - 0x418e_d000)
    #expect(lost.message.contains("moved zImage writes 0x418ed000-0x41adaa5f"))
    #expect(lost.message.contains("moved decompressor heap writes 0x41adbe78-0x41aebe77"))
    #expect(judged.plan.start(.initrd) == 0x418e_d000)
    #expect(
      judged.nearest
        == GivenPlaces(
          kernel: PhysicalAddress(0x4000_8000), initrd: PhysicalAddress(0x41ae_c000),
          parameters: PhysicalAddress(0x4400_0000)))
  }

  @Test("A80, kexec list of April 2020: 1056 bytes of the initrd are lost; the next page holds")
  func a80() throws {
    let judged = try ARMPlanner.judge(
      Self.request(
        KernelsOfRecord.a80, ram: 0x2000_0000...0x9fff_ffff, initrd: 0x16a_6b97,
        kernel: 0x2000_8000, initrdAt: 0x20fd_6000, dtbAt: 0x2268_0000))
    #expect(judged.plan.diagnostics(.segmentOverwritten).first?.bytes?.rawValue == 1056)
    #expect(judged.nearest?.initrd?.rawValue == 0x20fd_7000)
    #expect(judged.nearest?.kernel?.rawValue == 0x2000_8000)
  }

  @Test("i.MX6 and Keystone2: what kexec-tools chose without padding holds, and with it does not")
  func imx6AndKeystone() throws {
    let imx6 = try ARMPlanner.judge(
      Self.request(
        KernelsOfRecord.imx6, ram: 0x1000_0000...0x4fff_ffff, kernel: 0x1000_8000,
        initrdAt: 0x11dd_1000, dtbAt: 0x125d_2000))
    #expect(!imx6.plan.hasErrors && imx6.nearest == nil)
    let initrd = 0x8000_0000 + roundUp(4 * 4_399_040, 4096)
    let keystone = try ARMPlanner.judge(
      Self.request(
        KernelsOfRecord.keystonePadded, ram: 0x8000_0000...0x9fff_ffff, initrd: 4 << 20,
        kernel: 0x8000_8000, initrdAt: initrd, dtbAt: 0x8800_0000))
    #expect(
      keystone.plan.diagnostics(.segmentOverwritten).first?.bytes?.rawValue
        == keystone.plan.decompressEnd - initrd)
  }

  @Test("QNAP TS-109, Debian bug 809476: Image ends below the initrd, the moved zImage does not")
  func qnap() throws {
    // A zImage of nearly 2 MiB, "Image is only 6.1 MB", initrd=0x800000,0x3fffff, loaded to 0x8000; at
    // 0x00c08000, as the report proposes, all is well.
    let kernel = KernelsOfRecord.Figures(zImage: 0x1f_f000, inflated: 6_396_000, bss: 400_000)
    let asReported = Self.request(
      kernel, ram: 0...0x7ff_ffff, initrd: 0x3f_ffff, kernel: 0x8000, initrdAt: 0x80_0000,
      dtbAt: 0x400_0000)
    let judged = try ARMPlanner.judge(asReported)
    let lost = try #require(judged.plan.diagnostics(.segmentOverwritten).first)
    #expect(lost.message.contains("moved zImage writes 0x00800000"))
    #expect(!lost.message.contains("inflated kernel writes"))
    let better = try #require(judged.nearest?.initrd)
    #expect(better.rawValue == roundUp(judged.plan.decompressEnd, 4096))
    var moved = asReported
    moved.given.kernel = PhysicalAddress(0xc0_8000)
    let above = try ARMPlanner.judge(moved)
    #expect(!above.plan.hasErrors && above.nearest == nil)
  }

  @Test("WD My Cloud Ex2, gisab/WDMC-Ex2 issue 5: the initrd at 10 MiB lies in the kernel")
  func wdmc() throws {
    let kernel = KernelsOfRecord.Figures(
      zImage: 4_147_193 & ~3, inflated: 10_600_000, bss: 400_000, checksDTB: false)
    let judged = try ARMPlanner.judge(
      Self.request(
        kernel, ram: 0...0xfff_ffff, initrd: 5_341_267, kernel: 0x8000, initrdAt: 0xa0_0000,
        dtbAt: 0x800_0000))
    let lost = try #require(judged.plan.diagnostics(.segmentOverwritten).first)
    #expect(lost.message.contains("inflated kernel writes 0x00a00000"))
    #expect(judged.nearest?.kernel?.rawValue == 0x8000)
  }

  @Test("A layout of the lab that boots is judged good, and nothing is proposed")
  func rawPlacement() throws {
    let zImage = try ARMPlanner.judge(
      Self.request(
        KernelsOfRecord.armmp, kernel: 0x4200_0000, initrdAt: 0x4500_0000, dtbAt: 0x4400_0000))
    #expect(!zImage.plan.hasErrors && zImage.nearest == nil)
    #expect(zImage.plan.handover == .zimage)
    let image = try ARMPlanner.judge(
      Self.request(
        KernelsOfRecord.armmp, handover: .image, kernel: 0x4020_8000, initrdAt: 0x4500_0000,
        dtbAt: 0x4400_0000))
    #expect(!image.plan.hasErrors && image.nearest == nil)
    #expect(image.plan.entry?.address.rawValue == 0x4020_8000)
  }

  @Test("What is not given is placed around what is")
  func rest() throws {
    let judged = try ARMPlanner.judge(
      Self.request(KernelsOfRecord.armmp, initrdAt: 0x4500_0000))
    #expect(!judged.plan.hasErrors)
    #expect(judged.plan.start(.initrd) == 0x4500_0000)
    let kernelOnly = try ARMPlanner.judge(
      Self.request(KernelsOfRecord.armmp, kernel: 0x4000_8000))
    #expect(!kernelOnly.plan.hasErrors)
    #expect(kernelOnly.plan.start(.kernel) == 0x4000_8000)
    #expect(try #require(kernelOnly.plan.start(.initrd)) >= 0x41ae_c000)
  }

  @Test(
    "An initrd in the middle of small RAM leaves no place for the kernel: unfit, and a proposal")
  func unplaced() throws {
    let judged = try ARMPlanner.judge(
      Self.request(
        KernelsOfRecord.armmp, ram: 0x4000_0000...0x43ff_ffff, initrd: 4 << 20,
        initrdAt: 0x4100_0000))
    #expect(!judged.plan.fits)
    #expect(codes(judged.plan) == [.nothingFits])
    #expect(judged.nearest != nil)
  }

  /// An address that is wrong in one way, and the code that says so.
  struct Wrong: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var kernel: UInt64 = 0x4200_0000
    var initrd: UInt64 = 0x4500_0000
    var dtb: UInt64 = 0x4400_0000
    var handover: HandoverKind?
    var ram: ClosedRange<UInt64> = GivenLayoutTests.bank
    var dtbBytes: UInt64 = 0x4000
    let codes: [DiagnosticCode]
    var bytes: UInt64?
  }

  @Test(
    "Each wrong address gets its own code, and a proposal that is right",
    arguments: [
      Wrong(testDescription: "initrd outside RAM", initrd: 0x6000_0000, codes: [.outsideRAM]),
      Wrong(testDescription: "DTB at no multiple of 8", dtb: 0x4400_0004, codes: [.misaligned]),
      Wrong(
        testDescription: "zImage at no multiple of 4", kernel: 0x4200_0002, codes: [.misaligned]),
      Wrong(
        testDescription: "Image off its text offset", kernel: 0x4201_8000, handover: .image,
        codes: [.imageMisplaced]),
      Wrong(
        testDescription: "DTB in the file of the kernel, and where nobody writes", dtb: 0x4210_0000,
        codes: [.segmentsOverlap], bytes: 0x4000),
      Wrong(
        testDescription: "DTB in the tail of the kernel's file", dtb: 0x4253_0000,
        codes: [.segmentOverwritten, .segmentsOverlap], bytes: 0x2200),
      Wrong(
        testDescription: "DTB across three sections", dtb: 0x440f_f000, dtbBytes: 0x10_2000,
        codes: [.treeBeyondSections], bytes: 0x1000),
      Wrong(
        testDescription: "initrd beyond lowmem", initrd: 0x7fff_0000,
        ram: 0x4000_0000...0xbfff_ffff,
        codes: [.notMapped], bytes: 8 << 20),
      Wrong(
        testDescription: "initrd across the end of lowmem", initrd: 0x6f70_0000,
        ram: 0x4000_0000...0xbfff_ffff, codes: [.notMapped], bytes: 0x70_0000),
      Wrong(
        testDescription: "initrd below the kernel's window", kernel: 0x4a00_0000,
        initrd: 0x4600_0000, dtb: 0x4d00_0000, codes: [.notMapped], bytes: 8 << 20),
      Wrong(
        testDescription: "initrd and DTB over each other", dtb: 0x4500_2000,
        codes: [.segmentsOverlap],
        bytes: 0x4000),
      Wrong(
        testDescription: "initrd that shares a page with the kernel's BSS", initrd: 0x4160_7800,
        codes: [.pageShared]),
    ])
  func wrong(_ layout: Wrong) throws {
    let request = Self.request(
      KernelsOfRecord.armmp, ram: layout.ram, dtb: layout.dtbBytes, handover: layout.handover,
      kernel: layout.kernel, initrdAt: layout.initrd, dtbAt: layout.dtb)
    let judged = try ARMPlanner.judge(request)
    #expect(codes(judged.plan) == layout.codes)
    if let bytes = layout.bytes {
      #expect(judged.plan.diagnostics.contains { $0.bytes?.rawValue == bytes })
    }
    var better = request
    better.given = try #require(judged.nearest)
    #expect(better.given != request.given)
    let again = try ARMPlanner.judge(better)
    #expect(!again.plan.hasErrors && again.nearest == nil)
  }

  @Test("A segment in reserved memory is told, and moved to the nearest place beside it")
  func reserved() throws {
    var request = Self.request(
      KernelsOfRecord.armmp, kernel: 0x4200_0000, initrdAt: 0x4500_0000, dtbAt: 0x4400_0000)
    let firmware = try #require(
      PhysicalRange(
        first: PhysicalAddress(0x4400_0000), last: PhysicalAddress(0x4400_0fff)))
    request.machine.memory.reserve([ReservedRange(firmware, why: "firmware")])
    let judged = try ARMPlanner.judge(request)
    #expect(codes(judged.plan) == [.inReservedMemory])
    #expect(judged.nearest?.parameters?.rawValue == 0x4400_1000)
    #expect(judged.nearest?.initrd?.rawValue == 0x4500_0000)
  }

  @Test("Addresses count for the rule of kexec-tools, too: the rest is where that tool puts it")
  func otherRule() throws {
    var request = Self.request(KernelsOfRecord.armmp, dtbAt: 0x4400_0000)
    request.rule = .kexecTools
    let plan = try ARMPlanner.judge(request).plan
    #expect(plan.start(.initrd) == 0x418e_d000)
    #expect(plan.start(.dtb) == 0x4400_0000)
    #expect(!plan.diagnostics(.segmentOverwritten).isEmpty)
  }

  @Test("An address above 4 GiB is refused")
  func tooHigh() {
    #expect(throws: BootPlanError.self) {
      try ARMPlanner.judge(Self.request(KernelsOfRecord.armmp, initrdAt: 1 << 32))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import KernelImages
import PhysicalMemory
import Testing

@Suite("RAM that a placement costs")
struct LostMemoryTests {
  private static let full: ClosedRange<UInt64> = 0x4000_0000...0x5fff_ffff

  /// Debian's LPAE kernel, whose BSS would reach 52 KiB into what is reserved.
  private func request(
    handover: HandoverKind?, ram: ClosedRange<UInt64> = full, initrd: UInt64? = 6 << 20
  ) throws -> PlanRequest {
    var request = KernelsOfRecord.request(
      KernelsOfRecord.lpae, ram: ram, initrd: initrd, handover: handover)
    let kept = try #require(Bytes(0x4180_0000, 0x4200_0000).range)
    request.machine.memory.reserve(ReservedRange(kept, why: "reserved-memory/kept"))
    return request
  }

  /// A machine whose running kernel took RAM to start at 0x42000000, with a tree that names all.
  private func chained(
    handover: HandoverKind?, last: UInt64, initrd: UInt64
  ) throws -> PlanRequest {
    var request = try request(
      handover: handover, ram: 0x4200_0000...last, initrd: initrd)
    let named = try #require(Bytes(0x4000_0000, last + 1).range)
    request.parameters = .deviceTree(ByteCount(UInt64(0x4000)), memory: [named])
    request.runningMemory = [named]
    return request
  }

  @Test("RAM below the new kernel is told: how much, where, what is in the way, what costs less")
  func warning() throws {
    let plan = try ARMPlanner.plan(request(handover: .zimage))
    #expect(plan.writes("inflated kernel")?.low == 0x4820_8000)
    let said = try #require(plan.diagnostics(.memoryBelowStart).first)
    #expect(said.severity == .warning)
    #expect(said.message.contains(ByteCount.mebibytes(128).description))
    #expect(said.message.contains("0x40000000-0x47ffffff"))
    #expect(said.message.contains("RAM to start at 0x48000000"))
    #expect(
      said.hint.contains(
        "--handover image, which costs only \(ByteCount.mebibytes(32))"))
    #expect(said.hint.contains("reserved-memory/kept 0x41800000-0x41ffffff"))
    #expect(said.hint.contains("0x40208000"))
    #expect(!said.hint.contains("initrd"))
  }

  @Test("By image as little RAM is lost as the reservation makes inevitable")
  func image() throws {
    for handover in [nil, HandoverKind.image] {
      let plan = try ARMPlanner.plan(request(handover: handover))
      #expect(plan.entry?.address == PhysicalAddress(0x4220_8000))
      let said = try #require(plan.diagnostics(.memoryBelowStart).first)
      #expect(said.message.contains("0x40000000-0x41ffffff"))
      #expect(!said.hint.contains("--handover"))
      #expect(said.hint.contains("reserved-memory/kept"))
    }
  }

  @Test("Nothing is told where nothing is lost", arguments: [HandoverKind.image, .zimage])
  func nothingLost(_ handover: HandoverKind) throws {
    let plan = try ARMPlanner.plan(
      KernelsOfRecord.request(
        KernelsOfRecord.lpae, ram: Self.full, initrd: 6 << 20, handover: handover))
    #expect(plan.fits)
    #expect(
      plan.diagnostics(.memoryBelowStart).isEmpty && plan.diagnostics(.absentMemoryNamed).isEmpty
        && plan.diagnostics(.droppedMemoryNamed).isEmpty)
  }

  @Test("An initrd that pushes the kernel up is named", arguments: [HandoverKind.image, .zimage])
  func largeInitrd(_ handover: HandoverKind) throws {
    // The second bank lies behind the lowmem of a kernel in the first.
    let banks = [Bytes(0x4000_0000, 0x4800_0000), Bytes(0x8000_0000, 0xa000_0000)]
    for (initrd, isLost) in [(8 << 20, false), (110 << 20, true)] as [(UInt64, Bool)] {
      var request = KernelsOfRecord.request(
        KernelsOfRecord.keystone, ram: Self.full, initrd: initrd, handover: handover)
      request.machine.memory = RandomCase.map(banks, [])
      request.parameters = .deviceTree(
        ByteCount(UInt64(0x4000)), memory: banks.compactMap(\.range))
      let plan = try ARMPlanner.plan(request)
      #expect(plan.fits)
      #expect(plan.diagnostics(.memoryBelowStart).isEmpty != isLost)
      if isLost {
        #expect(plan.diagnostics(.memoryBelowStart).first?.hint == "use a smaller initrd")
      }
    }
  }

  @Test("A zImage takes a tight place in a low window before an easy one that costs RAM")
  func tightWindow() throws {
    // Below what is reserved the zImage fits above the inflated kernel, but not above its BSS.
    var request = KernelsOfRecord.request(
      KernelsOfRecord.keystone, ram: 0x8000_0000...0x9fff_ffff, initrd: 4 << 20, handover: .zimage)
    let kept = try #require(Bytes(0x80cc_0000, 0x8800_0000).range)
    request.machine.memory.reserve(ReservedRange(kept, why: "test"))
    let plan = try ARMPlanner.plan(request)
    #expect(plan.writes("inflated kernel")?.low == 0x8000_8000)
    #expect(!plan.hasErrors && plan.diagnostics(.memoryBelowStart).isEmpty)
  }

  @Test("Memory that the running kernel dropped is explained, and nothing is loaded there")
  func dropped() throws {
    let plan = try ARMPlanner.plan(
      chained(handover: .image, last: 0x4fff_ffff, initrd: 6 << 20))
    #expect(plan.entry?.address == PhysicalAddress(0x4220_8000))
    for segment in plan.segments { #expect(segment.range.first.rawValue >= 0x4200_0000) }
    #expect(plan.diagnostics(.absentMemoryNamed).isEmpty)
    let said = try #require(plan.diagnostics(.droppedMemoryNamed).first)
    #expect(said.severity == .note)
    #expect(said.message.contains("0x40000000-0x41ffffff"))
    #expect(said.message.contains("the new kernel will not use it either"))
    // It loses nothing that the running kernel has.
    #expect(plan.diagnostics(.memoryBelowStart).isEmpty)

    let zimage = try ARMPlanner.plan(
      chained(handover: .zimage, last: 0x4fff_ffff, initrd: 6 << 20))
    #expect(zimage.writes("inflated kernel")?.low == 0x4820_8000)
    let lost = try #require(zimage.diagnostics(.memoryBelowStart).first)
    #expect(lost.message.contains("0x42000000-0x47ffffff"))
    #expect(lost.hint == "use --handover image, which costs nothing")
  }

  @Test("Memory that only a foreign DTB names is warned of")
  func foreign() throws {
    var request = try chained(handover: .image, last: 0x4fff_ffff, initrd: 6 << 20)
    request.runningMemory = nil
    let below = try #require(ARMPlanner.plan(request).diagnostics(.absentMemoryNamed).first)
    #expect(below.severity == .warning)
    #expect(below.message.contains("will not use it either"))
    let more = try #require(Bytes(0x4000_0000, 0x6000_0000).range)
    request.parameters = .deviceTree(ByteCount(UInt64(0x4000)), memory: [more])
    let above = try #require(ARMPlanner.plan(request).diagnostics(.absentMemoryNamed).first)
    #expect(above.severity == .warning)
    #expect(above.message.contains("but the new kernel will use it"))
  }

  @Test("A zImage that fits only its window is refused with what is left there and the true RAM")
  func refusal() throws {
    func chained(handover: HandoverKind?, last: UInt64) throws -> PlanRequest {
      var request = try self.chained(handover: handover, last: last, initrd: 30_426_032)
      request.workingBytes = .mebibytes(100)
      return request
    }
    let plan = try ARMPlanner.plan(chained(handover: .zimage, last: 0x4fff_ffff))
    #expect(!plan.fits)
    #expect(plan.diagnostics(.droppedMemoryNamed).map(\.severity) == [.note])
    #expect(plan.diagnostics(.absentMemoryNamed).isEmpty)
    let hole = try #require(plan.diagnostics(.holeRefused).last?.message)
    #expect(hole.contains("0x48208000") && hole.contains("left for the kernel"), "\(hole)")
    let hint = try #require(plan.diagnostics(.nothingFits).first?.hint)
    #expect(hint.hasPrefix("use --handover image, which fits; by zimage, the smallest RAM"))
    let size = try #require(
      PlanRulesTests.bytes(in: hint, behind: "smallest RAM that would do is"))
    let last = 0x4200_0000 + size - 1
    #expect(
      try ARMPlanner.plan(chained(handover: .zimage, last: last)).fits)
    #expect(
      try !ARMPlanner.plan(
        chained(handover: .zimage, last: last - (2 << 20))
      ).fits)
    #expect(
      try ARMPlanner.plan(chained(handover: .image, last: 0x4fff_ffff)).fits)
  }
}

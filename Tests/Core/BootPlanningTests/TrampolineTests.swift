// SPDX-License-Identifier: Apache-2.0
import Handover
import KernelImages
import PhysicalMemory
import Testing

@testable import BootPlanning

@Suite("The trampoline in the plan")
struct TrampolineTests {
  /// r2 as Linux for ARM of a release leaves it, from the segments alone; nil where the content of
  /// a file decides. Written from machine_kexec_prepare of Linux 6.1 and 3.2.
  private static func r2(_ plan: BootPlan, looksForTrees: Bool) -> UInt64? {
    guard looksForTrees else { return plan.entry.map { $0.address.rawValue &- 0x8000 &+ 0x1000 } }
    return plan.segments.last { $0.name == .dtb }?.range.first.rawValue
  }

  @Test("A plan has a trampoline exactly where the running kernel would pass other registers")
  func exactly() throws {
    let seed = PlacementPropertyTests.environment("SEED") ?? UInt64.random(in: 0...UInt64.max >> 1)
    var (with, without) = (0, 0)
    for index in 0..<UInt64(120) {
      var request = RandomCase(seed: seed &+ index).request
      guard let alone = try? ARMPlanner.plan(request), alone.fits else { continue }
      for (release, looksForTrees) in [("3.2.0", false), ("6.1.0", true)] {
        request.jumper = .runningKernel(RunningKernel(.arm, release: KernelRelease(release)))
        let plan = try ARMPlanner.plan(request)
        guard let entry = plan.entry else { continue }
        let note = Comment(rawValue: "SEED=\(seed &+ index) on \(release)")
        let passed = Self.r2(plan, looksForTrees: looksForTrees)
        let machine = entry[.r1]
        let isPassed = entry[.r2] == passed && machine == 0xffff_ffff
        #expect((plan.trampoline == nil) == isPassed, note)
        guard let trampoline = plan.trampoline else {
          without += 1
          #expect(plan == alone, note)
          continue
        }
        with += 1
        #expect(plan.jump == trampoline.range.first && plan.jump != entry.address, note)
        #expect(trampoline.range.count == plan.machine.pageBytes, note)
        #expect(trampoline.range.first.isAligned(to: .page), note)
        #expect(plan.machine.memory.ram.contains(trampoline.range), note)
        let taken = plan.segments.filter { $0.name != .trampoline }.map(\.range)
        let clear = taken + plan.footprint.map(\.range) + plan.machine.memory.reserved.map(\.range)
        #expect(!clear.contains { $0.overlaps(trampoline.range) }, note)
      }
    }
    #expect(with > 20 && without > 20)
  }

  private static func plan(
    _ jumper: Jumper, atags machine: UInt32? = nil
  ) throws -> BootPlan {
    var request = KernelsOfRecord.request(
      KernelsOfRecord.armmp, ram: 0x4000_0000...0x5fff_ffff, initrd: 6_606_848)
    request.jumper = jumper
    if let machine { request.parameters = .atags(ByteCount(UInt64(512)), machine: machine) }
    return try Planner.plan(request)
  }

  private static func linux(_ release: String) -> Jumper {
    .runningKernel(RunningKernel(.arm, release: KernelRelease(release)))
  }

  @Test("Where nothing is known of the running kernel, the trampoline makes sure, and is explained")
  func unknown() throws {
    let plan = try Self.plan(Self.linux("unknown"))
    #expect(plan.trampoline?.fileBytes.rawValue == 28)
    #expect(plan.diagnostics(.trampolinePlace).count == 1 && !plan.hasErrors)
    let old = try Self.plan(Self.linux("3.2.0"))
    let tree = try #require(old.parameters).range.first
    #expect(old.diagnostics(.trampolinePlace).first?.message.contains("pass r2=\(tree),") == true)
    #expect(try Self.plan(Self.linux("6.1.0")).trampoline == nil)
  }

  @Test("Who sets the registers itself, or cannot jump at all, gets none")
  func itself() throws {
    #expect(try Self.plan(.itself, atags: 2272).trampoline == nil)
    let foreign = RunningKernel(.x86_64, release: KernelRelease(6, 1))
    #expect(try Self.plan(.runningKernel(foreign), atags: 2272).trampoline == nil)
    #expect(try Self.plan(Self.linux("6.1.0"), atags: 2272).trampoline != nil)
  }

  @Test("A list gets a trampoline wherever it lies: a piece of a file may begin like a tree")
  func listInPlace() throws {
    var request = KernelsOfRecord.request(
      KernelsOfRecord.armmp, ram: 0x4000_0000...0x5fff_ffff, initrd: nil)
    request.parameters = .atags(ByteCount(UInt64(512)), machine: 0xffff_ffff)
    func segment(_ name: PlannedSegment.Name, _ first: UInt64) throws -> PlannedSegment {
      let bytes = ByteCount(UInt64(0x1000))
      let range = try #require(PhysicalRange(start: PhysicalAddress(first), count: bytes))
      return PlannedSegment(name: name, range: range, fileBytes: bytes)
    }
    let entry = EntryState(PhysicalAddress(0x4000_8000), ARMRegisters(parameters: 0x4000_1000))
    let segments = [try segment(.atags, 0x4000_1000), try segment(.kernel, 0x4000_8000)]
    request.jumper = Self.linux("6.1.0")
    #expect(request.registersToSet(for: entry, segments).map(\.name) == [.r0, .r2])
    // Before 3.7 nobody looks for trees, and the list lies where it is expected.
    request.jumper = Self.linux("3.6.0")
    #expect(request.registersToSet(for: entry, segments).isEmpty)
  }

  @Test("The parameters are loaded last, whatever their place")
  func order() throws {
    let plan = try Self.plan(Self.linux("3.2.0"))
    #expect(plan.segments.inLoadOrder.last?.name == .dtb)
    #expect(Set(plan.segments.inLoadOrder) == Set(plan.segments))
    #expect(plan.segments.inLoadOrder.count == 4)
  }

  @Test("A layout that somebody else chose is entered by somebody else")
  func given() throws {
    var request = KernelsOfRecord.request(
      KernelsOfRecord.armmp, ram: 0x4000_0000...0x5fff_ffff, initrd: 6_606_848)
    request.jumper = Self.linux("3.2.0")
    request.given.initrd = PhysicalAddress(0x4800_0000)
    #expect(try Planner.judge(request).plan.trampoline == nil)
  }
}

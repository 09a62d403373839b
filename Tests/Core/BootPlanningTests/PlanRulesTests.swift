// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import Handover
import KernelImages
import PhysicalMemory
import Testing

@Suite("Rules of a plan, one by one")
struct PlanRulesTests {
  private static let ram: ClosedRange<UInt64> = 0x8000_0000...0xafff_ffff

  @Test(
    "The command line's mem= and vmalloc= bound where initrd and DTB may lie",
    arguments: [
      ("", 0xb000_0000), ("mem=64M", 0x8400_0000), ("mem=0x4000000", 0x8400_0000),
      ("mem=64M@0x80000000", 0x8400_0000), ("quiet \"mem=64M\"", 0x8400_0000),
      ("mem=32M mem=32M@0x82000000", 0x8400_0000), ("mem=65536K x=mem=1", 0x8400_0000),
      ("vmalloc=928M", 0x8500_0000), ("vmalloc=16M vmalloc=928M", 0x8500_0000),
    ] as [(String, UInt64)])
  func lowmem(_ words: String, _ end: UInt64) throws {
    // An initrd that leaves room for the kernel fits; one that leaves none does not.
    let room = end - 0x8100_0000
    for (bytes, fits) in [(room - (40 << 20) / 2, true), (end - 0x8000_0000, false)] {
      var request = KernelsOfRecord.request(KernelsOfRecord.keystone, ram: Self.ram, initrd: bytes)
      request.initrd?.unpackedBytes = ByteCount.zero
      request.commandLine = words
      let plan = try ARMPlanner.plan(request)
      #expect(plan.fits == fits)
      for segment in plan.segments { #expect(Bytes(segment.range).high <= end) }
    }
  }

  @Test("Memory that mem= moves elsewhere takes the kernel with it")
  func memWithStart() throws {
    var request = KernelsOfRecord.request(KernelsOfRecord.keystone, ram: Self.ram, initrd: 4 << 20)
    request.commandLine = "mem=256M@0x90000000"
    let plan = try ARMPlanner.plan(request)
    #expect(plan.entry?.address == PhysicalAddress(0x9000_8000))
    for segment in plan.segments {
      #expect(Bytes(0x9000_0000, 0xa000_0000).holds(Bytes(segment.range)))
    }
  }

  @Test("Without someone to read the reasons a plan is the same, but for notes")
  func withoutReasons() throws {
    for handover in [HandoverKind.image, .zimage] {
      var request = KernelsOfRecord.request(
        KernelsOfRecord.keystone, ram: Self.ram, initrd: 4 << 20)
      request.handover = handover
      var told = try ARMPlanner.plan(request)
      #expect(!told.diagnostics(.kernelPlace).isEmpty && !told.diagnostics(.initrdPlace).isEmpty)
      request.explains = false
      let plan = try ARMPlanner.plan(request)
      #expect(plan.diagnostics(.kernelPlace).isEmpty && plan.diagnostics(.initrdPlace).isEmpty)
      told.diagnostics.removeAll { $0.severity == .note && !plan.diagnostics.contains($0) }
      #expect(told == plan)
    }
  }

  @Test("A refusal is an error, names every hole with a reason, and has nothing to load")
  func refusalNamesHoles() throws {
    var figures = KernelsOfRecord.keystone
    figures.textOffset = 0x208000
    var request = KernelsOfRecord.request(
      figures, ram: 0x8000_0000...0x80ff_ffff, initrd: 4 << 20)
    let blocked = try #require(
      PhysicalRange(first: PhysicalAddress(0x80a0_0000), last: PhysicalAddress(0x80af_ffff)))
    request.machine.memory.reserve(ReservedRange(blocked, why: "reserved-memory/cma"))
    let plan = try ARMPlanner.plan(request)
    #expect(!plan.fits && plan.hasErrors)
    #expect(plan.segments.isEmpty && plan.footprint.isEmpty)
    let holes = plan.diagnostics(.holeRefused).map(\.message)
    #expect(holes.count == request.machine.memory.free.ranges.count)
    for hole in request.machine.memory.free.ranges {
      let said = try #require(holes.first { $0.contains(hole.description) })
      #expect(said.utf8.count > hole.description.utf8.count + 20)
    }
    #expect(holes.contains { $0.contains("reserved-memory/cma") }, "\(holes)")
    let summary = try #require(plan.diagnostics(.nothingFits).first)
    #expect(summary.severity == .error)
    #expect((summary.message + summary.hint).contains("smallest RAM"))
  }

  @Test("The smallest RAM that a refusal reports fits by the estimate, and 2 MiB less does not")
  func smallestRAM() throws {
    let seed = PlacementPropertyTests.environment("SEED") ?? 0x5eed_2018
    var judged = 0
    for index in 0..<UInt64(150) {
      var drawn = RandomCase(smallSeed: seed &+ index)
      // One bank, without reservations that would lie beyond it.
      let first = drawn.ram[0].low
      drawn.request.machine.memory = RandomCase.map([drawn.ram[0]], [])
      guard
        let plan = try? ARMPlanner.plan(drawn.request), !plan.fits,
        let said = plan.diagnostics(.nothingFits).first.map({ $0.message + " " + $0.hint }),
        let size = Self.bytes(in: said, behind: "smallest RAM that would do is")
      else { continue }
      judged += 1
      for (bytes, fits) in [(size, true), (size - (2 << 20), false)] {
        var request = drawn.request
        let bank = Bytes(first, first + bytes)
        request.machine.memory = RandomCase.map([bank], [])
        request.parameters = .deviceTree(
          drawn.request.parameters.byteCount ?? .zero, memory: [bank].compactMap(\.range))
        let again = try ARMPlanner.plan(request)
        #expect(
          (again.fits && again.diagnostics(.shortOfWorkingMemory).isEmpty) == fits,
          "SEED=\(seed &+ index) with \(bytes) bytes: \(said)")
      }
    }
    #expect(judged > 30)
  }

  /// The exact number of bytes in `18.5 MiB (19 398 656 B)` behind some words.
  static func bytes(in text: String, behind words: String) -> UInt64? {
    guard let start = text.range(of: words)?.upperBound,
      let open = text[start...].firstIndex(of: "("),
      let close = text[open...].firstIndex(of: ")")
    else { return nil }
    return UInt64(text[open..<close].filter(\.isNumber))
  }

  @Test(
    "RAM that does not begin a 128 MiB window is found by a decompressor that asks the DTB only",
    arguments: [0x8020_0000, 0x6800_0000, 0x6820_0000] as [UInt64], [true, false, nil])
  func oddStarts(_ start: UInt64, _ checks: Bool?) throws {
    var figures = KernelsOfRecord.keystone
    figures.checksDTB = checks
    let plan = try ARMPlanner.plan(
      KernelsOfRecord.request(
        figures, ram: start...(start + 0x1fff_ffff), initrd: 4 << 20, handover: .zimage))
    #expect(!plan.hasErrors)
    let kernel = try #require(plan.writes("inflated kernel")).low
    let window = try #require(plan.entry).address.rawValue & ~0x7ff_ffff
    // Where the window begins in RAM both kinds agree; that is the only way without the check.
    let both = window >= start
    #expect(both || checks == true)
    #expect(kernel == (both ? window : start) + 0x8000)
    #expect(plan.diagnostics(.destinationUncertain).isEmpty)
  }

  @Test(
    "A guess that decides where the kernel runs is an error that says what to give",
    arguments: [HandoverKind.image, .zimage])
  func guesses(_ handover: HandoverKind) throws {
    var request = KernelsOfRecord.request(
      KernelsOfRecord.armmp, ram: 0x4000_0000...0x4fff_ffff, initrd: 4 << 20, handover: handover)
    #expect(try !ARMPlanner.plan(request).hasErrors)
    var facts = request.kernel
    facts.zImage?.destination = Figure(.window, .estimate, "test")
    request.kernel = facts
    let plan = try ARMPlanner.plan(request)
    #expect(
      plan.diagnostics(.decompressorUnknown).map(\.severity)
        == (handover == .zimage ? [.error] : []))
    #expect(plan.hasErrors == (handover == .zimage))
    facts = KernelsOfRecord.armmp.kernel
    facts.textOffset = Figure(facts.textOffset.value, .estimate, "test")
    request.kernel = facts
    let other = try #require(try ARMPlanner.plan(request).diagnostics(.textOffsetUnknown).first)
    #expect(other.severity == .error)
    #expect(other.hint.contains("--vmlinux") && other.hint.contains("--assume"))
  }

  @Test("A DTB ends within two sections of the one it begins in", arguments: [true, false, nil])
  func sections(_ isLPAE: Bool?) throws {
    var figures = KernelsOfRecord.keystone
    figures.isLPAE = isLPAE
    let section: UInt64 = isLPAE == true ? 2 << 20 : 1 << 20
    for bytes in [section - 4096, section + 4096, 2 * section] {
      let plan = try ARMPlanner.plan(
        KernelsOfRecord.request(figures, ram: Self.ram, initrd: 0x12_3456, dtb: bytes))
      let low = try #require(plan.start(.dtb))
      #expect(low % section + bytes <= 2 * section)
    }
    let tooLarge = try ARMPlanner.plan(
      KernelsOfRecord.request(figures, ram: Self.ram, initrd: nil, dtb: 2 * section + 1))
    #expect(!tooLarge.fits)
  }

  @Test("A zImage is not loaded where its decompressor would run uncached")
  func cachedMap() throws {
    var figures = KernelsOfRecord.keystone
    figures.checksDTB = true
    // Inside the 256 MiB above the page table it may lie; 1 GiB above it, in RAM that the tree does
    // not name, it may not: the decompressor then goes for the lowest memory of the tree.
    let plan = try ARMPlanner.plan(
      KernelsOfRecord.request(
        figures, ram: 0x8020_0000...0xbfff_ffff, initrd: nil, handover: .zimage,
        load: 0x8720_0000))
    #expect(plan.fits)
    var request = KernelsOfRecord.request(
      figures, ram: 0x8000_0000...0xcfff_ffff, initrd: nil, handover: .zimage, load: 0xc000_0000)
    request.parameters = .deviceTree(
      ByteCount(UInt64(4096)), memory: [Bytes(0x8000_0000, 0xa000_0000)].compactMap(\.range))
    #expect(try !ARMPlanner.plan(request).fits)
  }

  @Test("An Image's start of RAM is not put below the kernel's page structs")
  func pageStructs() throws {
    var figures = KernelsOfRecord.keystone
    figures.textOffset = 0x308000
    var request = KernelsOfRecord.request(
      figures, ram: 0x8000_0000...0x8fff_ffff, initrd: nil, handover: .image)
    // The tree knows RAM from 0x80400000 on: 0x80200000 + T would lie in it, but is too low.
    request.parameters = .deviceTree(
      ByteCount(UInt64(4096)), memory: [Bytes(0x8040_0000, 0x9000_0000)].compactMap(\.range))
    let plan = try ARMPlanner.plan(request)
    #expect(try #require(plan.entry).address.rawValue >= 0x8040_0000 + 0x308000)
  }

  @Test("A plan does not depend on the run: the same request gives the same plan")
  func deterministic() throws {
    for seed in 0..<UInt64(200) {
      let request = RandomCase(seed: seed).request
      #expect((try? ARMPlanner.plan(request)) == (try? ARMPlanner.plan(request)))
    }
  }
}

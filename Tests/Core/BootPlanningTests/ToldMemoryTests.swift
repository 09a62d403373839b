// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import Testing

@Suite("RAM that the new kernel is not told of, and why nothing fits")
struct ToldMemoryTests {
  private static let ram: ClosedRange<UInt64> = 0x8000_0000...0x9fff_ffff

  private func request(
    named: [Bytes], initrd: UInt64 = 4 << 20, line: String = ""
  ) -> PlanRequest {
    var request = KernelsOfRecord.request(
      KernelsOfRecord.keystone, ram: Self.ram, initrd: initrd)
    request.parameters = .deviceTree(
      ByteCount(UInt64(0x4000)), memory: named.compactMap(\.range))
    request.commandLine = line
    return request
  }

  @Test(
    "RAM that the DTB does not name is lost, and told with the mem= that gives it back",
    arguments: [
      ([Bytes(0x8000_0000, 0xa000_0000)], nil), ([Bytes(0x8000_0000, 0xb000_0000)], nil),
      ([Bytes(0x8000_0000, 0x9000_0000)], "0x90000000-0x9fffffff"),
      (
        [Bytes(0x8000_0000, 0x8800_0000), Bytes(0x9000_0000, 0xa000_0000)], "0x88000000-0x8fffffff"
      ),
      ([Bytes(0x8800_0000, 0xa000_0000)], "0x80000000-0x87ffffff"),
      ([Bytes(0x8000_0000, 0x9fff_fff0)], nil),
    ] as [([Bytes], String?)])
  func unnamed(_ named: [Bytes], _ lost: String?) throws {
    let plan = try ARMPlanner.plan(request(named: named))
    #expect(plan.unnamedRAM.ranges.map(\.description) == (lost.map { [$0] } ?? []))
    let told = plan.diagnostics(.memoryUnnamed)
    #expect(told.map(\.severity) == (lost == nil ? [] : [.warning]))
    guard let lost, let said = told.first else { return }
    #expect(said.message.contains(lost), "\(said.message)")
    #expect(said.hint.contains("mem=0x20000000@0x80000000"))
    // The words do what the hint says.
    let again = try ARMPlanner.plan(request(named: named, line: "mem=0x20000000@0x80000000"))
    #expect(again.unnamedRAM.isEmpty)
    #expect(
      again.fits && again.diagnostics(.memoryUnnamed).isEmpty
        && again.diagnostics(.absentMemoryNamed).isEmpty
        && again.diagnostics(.absentMemoryStated).isEmpty)
  }

  @Test(
    "Where nothing fits, the hint names what is known to be in the way",
    arguments: [
      ("mem=8M", [Bytes(0x8000_0000, 0xa000_0000)], 4, "mem= leaves too little"),
      ("mem=8M@0x90000000", [Bytes(0x8000_0000, 0xa000_0000)], 4, "mem= leaves too little"),
      ("vmalloc=1000M", [Bytes(0x8000_0000, 0xa000_0000)], 32, "vmalloc= leaves too little"),
      ("", [Bytes(0, 0x1000_0000)], 4, "names none of the machine's RAM"),
      ("", [Bytes(0x8000_0000, 0x8080_0000)], 4, "names only 8 388 608 B of the machine's RAM"),
      ("", [Bytes(0x8000_0000, 0xa000_0000)], 600, "smaller initrd"),
      ("mem=64M", [Bytes(0x8000_0000, 0xa000_0000)], 600, "smaller initrd"),
    ] as [(String, [Bytes], UInt64, String)])
  func causes(_ line: String, _ named: [Bytes], _ initrd: UInt64, _ words: String) throws {
    let plan = try ARMPlanner.plan(request(named: named, initrd: initrd << 20, line: line))
    #expect(!plan.fits)
    let said = try #require(plan.diagnostics(.nothingFits).first)
    #expect(said.hint.contains(words), "\(said.hint)")
  }

  @Test(
    "Where nothing fits for what an option keeps clear, the hint names the option, and no RAM",
    arguments: ["--mem-min", "--mem-max", "--reserve"])
  func keptClear(_ option: String) throws {
    var request = request(named: [Bytes(0x8000_0000, 0xa000_0000)])
    let kept: [String: Bytes] = [
      "--mem-min": Bytes(0, 0x9ff0_0000), "--mem-max": Bytes(0x8040_0000, 0x1_0000_0000),
      "--reserve": Bytes(0x8010_0000, 0xa000_0000),
    ]
    let range = try #require(kept[option]?.range)
    // By its name alone it may be the machine's.
    var named = request
    named.machine.memory.reserve([ReservedRange(range, why: option)])
    let machine = try #require(ARMPlanner.plan(named).diagnostics(.nothingFits).first)
    #expect(!machine.hint.contains("keep less"), "\(machine.hint)")
    request.machine.memory.reserve([ReservedRange(range, why: option, isWished: true)])
    let said = try #require(ARMPlanner.plan(request).diagnostics(.nothingFits).first)
    #expect(said.hint.hasPrefix("keep less memory clear: " + option), "\(said.hint)")
    // Where it would not fit without it either, the option is not to blame.
    request.initrd?.byteCount = .mebibytes(600)
    let other = try #require(ARMPlanner.plan(request).diagnostics(.nothingFits).first)
    #expect(!other.hint.contains("keep less"), "\(other.hint)")
  }

  @Test("A load address from which the rest does not fit is named as the cause")
  func load() throws {
    var request = request(named: [Bytes(0x8000_0000, 0xa000_0000)], initrd: 64 << 20)
    request.handover = .image
    request.load = PhysicalAddress(0x9c00_8000)
    let said = try #require(ARMPlanner.plan(request).diagnostics(.nothingFits).first)
    #expect(said.hint.contains("--load"))
  }

  @Test("An estimate of working memory warns; only what is known to be too little is refused")
  func estimate() throws {
    // Kernel, initrd and what it unpacks to, in a machine that grows from too small to enough.
    var seen: [String] = []
    for size in stride(from: UInt64(16), through: 96, by: 2) {
      var request = KernelsOfRecord.request(
        KernelsOfRecord.keystone, ram: 0x8000_0000...(0x8000_0000 + (size << 20) - 1),
        initrd: 6 << 20)
      request.initrd?.unpackedBytes = .mebibytes(8)
      let plan = try ARMPlanner.plan(request)
      let verdict =
        !plan.fits ? "refused" : plan.diagnostics(.shortOfWorkingMemory).isEmpty ? "fine" : "warned"
      if seen.last != verdict { seen.append(verdict) }
      #expect(plan.hasErrors == !plan.fits)
      // A figure that the user states is no estimate.
      request.workingBytes = .mebibytes(200)
      #expect(try !ARMPlanner.plan(request).fits)
      request.workingBytes = .zero
      #expect(try ARMPlanner.plan(request).diagnostics(.shortOfWorkingMemory).isEmpty)
    }
    #expect(seen == ["refused", "warned", "fine"])
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Bundles
import DeviceTree
import Handover
import KernelImages
import PhysicalMemory
import Samples
import SeededRandom
import Testing

/// Plans that become bundles, bundles that are planned for, and how far a zImage reaches.
struct BundlingTests {
  private static func plan(initrd: UInt64 = 3_000_000) throws -> BootPlan {
    let figures = KernelsOfRecord.Figures(zImage: 1 << 20, inflated: 4 << 20, bss: 200_000)
    let ram = try #require(
      PhysicalRange(start: PhysicalAddress(0x4000_0000), count: .mebibytes(256)))
    let request = PlanRequest(
      kernel: figures.kernel, chain: ["zImage", "gzip", "Image"],
      fileBytes: ByteCount(figures.zImage),
      machine: PlannedMachine(memory: MemoryMap(ram: RangeSet(ram))),
      parameters: .deviceTree(ByteCount(UInt64(5000)), memory: [ram]),
      initrd: PlannedInitrd(byteCount: ByteCount(initrd)), handover: .image)
    return try ARMPlanner.plan(request)
  }

  private static func bundle() throws -> (plan: BootPlan, bytes: [UInt8]) {
    let plan = try plan()
    let contents = plan.segments.map {
      [UInt8](repeating: 7, count: Int($0.fileBytes.rawValue))
    }
    let draft = try #require(BundleDraft(plan, contents: contents))
    let ferry = SampleFerry.image
    return (plan, try draft.write(behind: ferry.span).bytes)
  }

  private static func request(_ bytes: [UInt8], ram: RangeSet) throws -> PlanRequest {
    let image = try KernelImage.identify(bytes.span)
    return PlanRequest(
      kernel: try #require(image.kernel), chain: image.chain, fileBytes: ByteCount(bytes.count),
      machine: PlannedMachine(memory: MemoryMap(ram: ram)),
      parameters: .deviceTree(ByteCount(UInt64(5000)), memory: ram.ranges))
  }

  @Test("A bundle holds exactly the plan")
  func exact() throws {
    let (plan, bytes) = try Self.bundle()
    let image = try KernelImage.identify(bytes.span)
    let bundle = try #require(image.kernel?.bundle)
    #expect(image.chain == ["bundle"])
    #expect(bundle.entry == plan.entry?.address)
    #expect(UInt64(bundle.r2) == plan.entry?[.r2])
    #expect(bundle.segments.map(\.name) == plan.segments.map(\.name.rawValue))
    #expect(bundle.segments.map(\.range) == plan.segments.map(\.range))
    #expect(bundle.segments.map(\.fileBytes) == plan.segments.map(\.fileBytes))
    #expect(bundle.ram == plan.machine.memory.ram)
    #expect(bundle.innerInflatedBytes == plan.kernel.inflatedBytes.value)
    #expect(bundle.innerBSSBytes == plan.kernel.bssBytes.value)
    // To a loader it is what its table says, not what is inside.
    #expect(image.kernel?.inflatedBytes.source == .sizeTable)
    #expect(image.imageBytes == nil)
    let base = try #require(plan.machine.memory.ram.ranges.first?.first)
    let top = base.advanced(by: bundle.wrapperBytes)
    for segment in plan.segments { #expect(segment.range.last < top ?? base) }
    for written in plan.footprint { #expect(written.range.last < top ?? base) }
  }

  @Test("A damaged segment is an error with the segment, not a plan")
  func damaged() throws {
    var bytes = try Self.bundle().bytes
    bytes[0x3000] ^= 1
    #expect(throws: KernelImageError.bundle(.segmentDigest(index: 0))) {
      _ = try KernelImage.identify(bytes.span)
    }
    #expect(throws: KernelImageError.self) {
      _ = try KernelImage.identify(Array(bytes[..<(bytes.count - 1)]).span)
    }
  }

  @Test("A bundle is loaded where there is room, and the tree it is passed keeps clear of it")
  func placed() throws {
    let (plan, bytes) = try Self.bundle()
    let placed = try ARMPlanner.plan(
      try Self.request(bytes, ram: plan.machine.memory.ram))
    #expect(placed.fits)
    #expect(!placed.hasErrors, "\(placed.diagnostics)")
    #expect(placed.handover == .zimage)
    let tree = try #require(placed.segments.first { $0.name == .dtb }?.range)
    let kernel = try #require(placed.segments.first { $0.name == .kernel })
    #expect(kernel.range.first == placed.entry?.address)
    #expect(kernel.fileBytes == ByteCount(bytes.count))
    for written in placed.footprint { #expect(!written.range.overlaps(tree)) }
    for segment in plan.segments {
      let covered = placed.footprint.contains { $0.range.contains(segment.range) }
      #expect(covered, "the footprint misses \(segment)")
    }
  }

  @Test("kexec-tools' rule, which believes the table, keeps clear of all that a bundle writes")
  func believed() throws {
    let (plan, bytes) = try Self.bundle()
    var request = try Self.request(bytes, ram: plan.machine.memory.ram)
    request.rule = .kexecTools
    let placed = try ARMPlanner.plan(request)
    #expect(placed.fits)
    #expect(!placed.hasErrors, "\(placed.diagnostics)")
  }

  @Test("An initrd for a bundle is an error: nothing would use it; so is the image handover")
  func initrd() throws {
    let (plan, bytes) = try Self.bundle()
    var request = try Self.request(bytes, ram: plan.machine.memory.ram)
    request.initrd = PlannedInitrd(byteCount: ByteCount(UInt64(5000)))
    #expect(try ARMPlanner.plan(request).diagnostics.contains { $0.code == .initrdForBundle })
    request.initrd = nil
    request.handover = .image
    #expect(throws: BootPlanError.noImage) { _ = try ARMPlanner.plan(request) }
  }

  @Test("RAM that is too small for a bundle is told")
  func tooSmall() throws {
    let bytes = try Self.bundle().bytes
    let ram = try #require(
      PhysicalRange(start: PhysicalAddress(0x4000_0000), count: .mebibytes(4)))
    let plan = try ARMPlanner.plan(try Self.request(bytes, ram: RangeSet(ram)))
    #expect(!plan.fits)
    #expect(plan.diagnostics.contains { $0.code == .nothingFits })
  }

  @Test("A loader that must be told a place gets one behind everything that is touched")
  func loadAddress() throws {
    let (plan, bytes) = try Self.bundle()
    let contents = plan.segments.map {
      [UInt8](repeating: 7, count: Int($0.fileBytes.rawValue))
    }
    let draft = try #require(BundleDraft(plan, contents: contents))
    let load = try #require(draft.loadAddress(bundle: ByteCount(bytes.count)))
    let range = try #require(PhysicalRange(start: load, count: ByteCount(bytes.count)))
    #expect(plan.machine.memory.ram.contains(range))
    for segment in plan.segments { #expect(!segment.range.overlaps(range)) }
    #expect(load.rawValue & 0xf_ffff == 0)
    #expect(draft.loadAddress(bundle: .mebibytes(300)) == nil)
  }

  @Test(
    "Ferry's serial port is the tree's console: a PL011, a 16550 with its registers apart, or none",
    arguments: [
      ([("compatible", Array("arm,pl011\0arm,primecell\0".utf8))], .pl011(0x900_0000)),
      (
        [("compatible", Array("ns16550a\0".utf8))],
        .ns16550(0x900_0000, shift: 0, accessBytes: 1)
      ),
      (
        [
          ("compatible", Array("vendor,uart\0snps,dw-apb-uart\0".utf8)),
          ("reg-shift", [0, 0, 0, 2]), ("reg-io-width", [0, 0, 0, 4]),
        ], .ns16550(0x900_0000, shift: 2, accessBytes: 4)
      ),
      ([("compatible", Array("ns16550a\0".utf8)), ("reg-shift", [0, 0, 0, 9])], nil),
      ([("compatible", Array("ns16550a\0".utf8)), ("reg-io-width", [0, 0, 0, 2])], nil),
      ([("compatible", Array("vendor,uart\0".utf8))], nil), ([], nil),
    ] as [([(String, [UInt8])], BundleUART?)])
  func uart(properties: [(String, [UInt8])], expected: BundleUART?) {
    let node = Node(
      "serial@9000000",
      properties: [Property("reg", [9, 0, 0, 0, 0, 0, 0x10, 0])]
        + properties.map { Property($0.0, $0.1) })
    let chosen = Node(
      "chosen", properties: [Property("stdout-path", Array("/serial@9000000:115200\0".utf8))])
    let tree = DeviceTree(root: Node(children: [chosen, node]))
    #expect(BundleUART(consoleOf: tree) == expected)
    #expect(BundleUART(consoleOf: DeviceTree(root: Node(children: [node]))) == nil)
  }

  @Test("Wherever a zImage is loaded, nothing is written beyond its reach")
  func reach() throws {
    var random = SplitMix64(seed: 44)
    var judged = 0
    var closest = UInt64.max
    for index in 0..<400 {
      // RAM may begin inside a window: then the decompressor may take its start from the tree.
      let base = random.below(24) << 27 + (random.oneIn(2) ? 0 : random.below(0x4000) << 12)
      let ram = [Bytes(base, base + (512 << 20))]
      let kernel = RandomKernel(&random, ram: ram, largest: 24 << 20)
      guard kernel.truth.fixedAddress == nil, kernel.facts.zImage != nil else { continue }
      let reach = try ZImageReach.bytes(of: kernel.facts, keptDTB: .zero).rawValue
      let load = base + (random.oneIn(3) ? 0 : random.below(300 << 20) & ~0xfff)
      let tree = Bytes(base + (500 << 20), base + (500 << 20) + 4096)
      let boot = SimulatedBoot(
        kernel: kernel.truth, handover: TrueHandover(parameters: .deviceTree(ram)), ram: ram,
        reserved: [])
      let memory = (kernel.truth.zImage + 4 + 0xfff) & ~0xfff
      // A load that hangs, at the end of a window for instance, is not the table's to prevent.
      guard
        let written = try? boot.run(
          LoadedMemory(
            handover: .zimage, kernel: load, kernelMemory: memory, initrd: nil,
            parameters: tree)
        ).written
      else { continue }
      judged += 1
      for (owner, bytes) in written where owner != .parameters {
        #expect(bytes.high <= load + reach, "case \(index): \(owner) \(bytes) from \(load)")
        closest = min(closest, load + reach - min(load + reach, bytes.high))
      }
    }
    #expect(judged > 100)
    // The bound is no larger than it must be: some case comes near.
    #expect(closest < 0x2_0000)
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import Inflation
import KernelImages
import PhysicalMemory
import SeededRandom

/// Plans that no planner would make: everything a document can hold, at random.
enum RandomPlan {
  static func make(_ random: inout SplitMix64) -> BootPlan {
    var plan = PlanSamples.exact
    plan.kernel.chain = (0..<random.below(4)).map { _ in random.text() }
    plan.kernel.fileBytes = size(&random)
    if random.below(2) == 0 {
      plan.kernel.zImageBytes = nil
      plan.kernel.compression = nil
    } else {
      plan.kernel.compression = random.pick(Compression.allCases)
    }
    plan.kernel.inflatedBytes = figure(&random)
    plan.kernel.bssBytes = figure(&random)
    plan.kernel.textOffset = figure(&random)
    plan.rule = random.pick(PlacementRule.allCases)
    plan.handover = random.pick(HandoverKind.allCases)
    var ram = RangeSet()
    for _ in 0..<random.below(5) { ram.insert(range(&random)) }
    plan.machine = PlannedMachine(
      pageBytes: random.pick([.kibibytes(4), .kibibytes(64), ByteCount(UInt64(1))]),
      memory: MemoryMap(
        ram: ram,
        reserved: (0..<random.below(5)).map { _ in
          ReservedRange(range(&random), why: random.text())
        }))
    plan.files = (0..<random.below(4)).map { _ in
      PlannedFile(
        role: random.pick([.kernel, .initrd, .dtb, .overlay, .vmlinux]), path: random.text(),
        bytes: size(&random), sha256: String(repeating: random.pick(["0a", "f9"]), count: 32))
    }
    plan.commandLine = random.text()
    if random.below(4) == 0 {
      plan.entry = nil
    } else {
      plan.entry = EntryState(
        range(&random).first,
        ARMRegisters(
          machine: UInt32(truncatingIfNeeded: random.next()),
          parameters: UInt32(truncatingIfNeeded: random.next())))
    }
    plan.segments = (0..<random.below(6)).map { _ in
      let memory = range(&random)
      return PlannedSegment(
        name: random.pick([.kernel, .initrd, .dtb, .atags, .trampoline]), range: memory,
        fileBytes: ByteCount(random.next() % memory.count.rawValue))
    }
    plan.footprint = (0..<random.below(20)).map { _ in
      FootprintRange(
        FootprintPart(random.text()), phase: random.pick([.decompress, .kernel]),
        range: range(&random))
    }
    plan.diagnostics = (0..<random.below(4)).map { _ in
      Diagnostic(
        random.pick(DiagnosticCode.allCases), random.pick([.error, .warning, .note]), random.text(),
        hint: random.text(), bytes: random.below(2) == 0 ? nil : size(&random))
    }
    return plan
  }

  private static func size(_ random: inout SplitMix64) -> ByteCount {
    ByteCount(random.next() >> UInt64(random.below(64)))
  }

  private static func figure(_ random: inout SplitMix64) -> Figure<ByteCount> {
    let sources: [FigureSource] = [
      .sizeTable, .payload, .inflatedImage, .file, .decompressor, .vmlinux, .option, .estimate,
    ]
    return Figure(size(&random), random.pick(sources), random.text())
  }

  /// A range anywhere, the last byte of the address space included.
  private static func range(_ random: inout SplitMix64) -> PhysicalRange {
    let shift = UInt64(random.below(64))
    let (one, other) = (random.next() >> shift, random.next() >> shift)
    let last = random.below(16) == 0 ? UInt64.max : max(one, other)
    return PhysicalRange(
      first: PhysicalAddress(min(one, other)), last: PhysicalAddress(last)) ?? .below4GiB
  }
}

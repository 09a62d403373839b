// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory

@testable import Reporting

/// Plans at the edge of what can be drawn.
enum EdgePlans {
  static let all: [(String, BootPlan)] = [
    ("nothing fits", PlanSamples.nothingFits), ("scattered", PlanSamples.scattered),
    ("one range", oneRange), ("no segments", noSegments), ("1000 banks", manyBanks),
    ("beyond 4 GiB", beyond4GiB), ("a page beside a GiB", tiny), ("long names", longNames),
    ("three on one another", three), ("many columns", manyColumns), ("many losses", manyLosses),
    ("1000 reservations", manyReservations), ("1000 losses", thousandLosses),
  ]

  private static func changed(_ change: (inout BootPlan) -> Void) -> BootPlan {
    var plan = PlanSamples.exact
    change(&plan)
    return plan
  }

  private static func segment(
    _ name: PlannedSegment.Name, _ start: UInt64, _ end: UInt64
  ) -> PlannedSegment {
    PlannedSegment(
      name: name, range: PlanSamples.range(start, end), fileBytes: ByteCount(end - start))
  }

  static let oneRange = changed {
    $0.segments = [$0.segments[0]]
    $0.footprint = []
  }
  static let noSegments = changed { $0.segments = [] }
  static let manyBanks = changed {
    var ram = RangeSet()
    for index in 0..<1000 as Range<UInt64> {
      let start = 0x4000_0000 + index * 0x20_0000
      ram.insert(PlanSamples.range(start, start + 0x10_0000 + index % 7 * 0x1000))
    }
    $0.machine.memory.ram = ram
  }
  static let beyond4GiB = changed {
    $0.machine.memory.ram = RangeSet([
      PlanSamples.range(0x8000_0000, 0x1_0000_0000),
      PlanSamples.range(0x8_8000_0000, 0x10_0000_0000),
    ])
    $0.segments = [
      segment(.kernel, 0x8020_8000, 0x8160_8000), segment(.initrd, 0xf_0000_0000, 0xf_0100_0000),
    ]
  }
  static let tiny = changed {
    $0.machine.memory.ram = RangeSet(PlanSamples.range(0x4000_0000, 0x1_4000_0000))
    $0.segments = [
      segment(.kernel, 0x4020_8000, 0x8020_8000), segment(.dtb, 0x8020_8000, 0x8020_9000),
      segment(.atags, 0x1_3000_0000, 0x1_3000_1000), segment(.initrd, 0x9000_0000, 0xd000_0000),
    ]
  }
  static let longNames = changed {
    let name = String(repeating: "W&<\u{1b}é", count: 80)
    $0.files[0].path = name
    $0.kernel.chain = [name]
    $0.footprint[0].part = FootprintPart(name)
    $0.machine.memory.reserve(
      ReservedRange(PlanSamples.range(0x4020_0000, 0x4170_0000), why: name))
    $0.diagnostics = [Diagnostic(.segmentOverwritten, .error, name, hint: name)]
  }
  static let three = changed {
    $0.segments = [
      segment(.kernel, 0x4020_8000, 0x4160_8000), segment(.dtb, 0x4100_0000, 0x4120_0000),
      segment(.initrd, 0x4110_0000, 0x4180_0000),
    ]
  }
  static let manyColumns = changed {
    $0.footprint = (0..<2500).map {
      FootprintRange(
        FootprintPart("range \($0)"), phase: $0 % 2 == 0 ? .decompress : .kernel,
        range: PlanSamples.range(0x4020_0000 + $0 * 0x1000, 0x4020_0800 + $0 * 0x1000))
    }
  }
  static let manyLosses = changed { $0.machine.memory.reserve(pages(40, apart: 0x1_0000)) }
  static let thousandLosses = changed {
    $0.machine.memory.reserve(pages(1000, apart: 0x2000))
  }
  /// The one that the kernel is loaded to is the smallest of them.
  static let manyReservations = changed {
    var reserved = [ReservedRange(PlanSamples.range(0x4030_0000, 0x4030_0010), why: "tiny")]
    for index in 0..<999 as Range<UInt64> {
      let start = 0x4600_0000 + index * 0x8000
      reserved.append(
        ReservedRange(
          PlanSamples.range(start, start + 0x1000 + index % 5 * 0x1000),
          why: "reserved-memory/region@\(index)"))
    }
    $0.machine.memory.reserve(reserved)
  }

  /// Reservations of a page below the inflated kernel.
  private static func pages(_ count: UInt64, apart distance: UInt64) -> [ReservedRange] {
    (0..<count).map {
      ReservedRange(
        PlanSamples.range(0x4030_0000 + $0 * distance, 0x4030_1000 + $0 * distance),
        why: "reserved-memory/region@\($0)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Glibc
import KernelImages
import PhysicalMemory
import SeededRandom
import Testing

/// What a plan costs on machines with many ranges; `make bench` measures up to 100 000.
@Suite("The cost of planning", .serialized)
struct PlanningCostTests {
  /// A machine with so many ranges below a hole that holds everything, and what is planned for it.
  enum Shape: String, CaseIterable, Sendable {
    case banks, reservations, both, zimage, nothingFits, lostToKexecTools

    func request(_ count: UInt64) -> PlanRequest {
      let hole: UInt64 = 0xd000_0000
      let step = hole / count & ~0xfff
      func range(_ first: UInt64, _ bytes: UInt64) -> PhysicalRange? {
        PhysicalRange(start: PhysicalAddress(first), count: ByteCount(bytes))
      }
      let pieces = (0..<count).compactMap { range($0 * step, step / 2) }
      let insides = (0..<count).compactMap { range($0 * step + 0x100, 0x100) }
      let above = [range(hole, 0x2000_0000)].compactMap { $0 }
      let whole = [range(0, hole)].compactMap { $0 } + above
      var ram = pieces + above
      var reserved = insides
      switch self {
      case .banks: reserved = []
      case .reservations: (ram, reserved) = (whole, pieces)
      case .both, .zimage: break
      case .nothingFits: ram = pieces
      case .lostToKexecTools:
        (ram, reserved) = (whole, (0..<count).compactMap { range(0x8000 + $0 * 64, 16) })
      }
      var random = SplitMix64(seed: count)
      ram.shuffle(using: &random)
      reserved.shuffle(using: &random)
      var figures = KernelsOfRecord.armmp
      figures.textOffset = 0x8000
      return PlanRequest(
        kernel: figures.kernel, chain: ["zImage", "gzip", "Image"],
        fileBytes: ByteCount(figures.zImage),
        machine: PlannedMachine(
          memory: MemoryMap(
            ram: RangeSet(ram), reserved: reserved.map { ReservedRange($0, why: "test") })),
        parameters: .deviceTree(ByteCount(UInt64(0x10000)), memory: []),
        initrd: PlannedInitrd(byteCount: ByteCount(UInt64(8 << 20))),
        handover: self == .zimage ? .zimage : nil,
        rule: self == .lostToKexecTools ? .kexecTools : .exact)
    }
  }

  /// Seconds of this thread's own time; what else the machine does does not count.
  private static func seconds(_ work: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let begin = now()
    try work()
    return now() - begin
  }

  @Test(
    "Ten times the ranges cost what n log n says, not a hundred times", arguments: Shape.allCases)
  func growth(_ shape: Shape) throws {
    func cost(_ count: UInt64) throws -> Double {
      var least = Double.infinity
      for _ in 0..<3 {
        least = min(
          least,
          try Self.seconds {
            let plan = try ARMPlanner.plan(shape.request(count))
            #expect(plan.fits == (shape != .nothingFits))
          })
      }
      return least
    }
    // n log n grows by 13.3 here, n squared by 100; what every plan costs makes it less.
    let (few, many) = (try cost(1000), try cost(10_000))
    #expect(many / few < 30, "\(few) s for 1 000 ranges, \(many) s for 10 000")
  }

  @Test("Of many reservations in one place sixteen are told, and how many more there are")
  func manyReservations() throws {
    let plan = try ARMPlanner.plan(Shape.lostToKexecTools.request(1000))
    let page = try #require(plan.footprint.first { $0.name == "inflated kernel" })
    let told = plan.diagnostics.filter {
      $0.code == .inReservedMemory && $0.message.hasPrefix("inflated kernel \(page.range)")
    }
    #expect(told.count == 17)
    #expect(told.last?.message.contains("984 more ranges") == true)
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import KernelImages
import PhysicalMemory
import Testing

/// What became of many random cases.
struct Verdicts: Sendable {
  var booted = 0
  var image = 0
  var moved = 0
  /// Booted, but only as one of two decompressors that the image may hold; the plan says so.
  var warned = 0
  var refused = 0
  var withErrors = 0
  var thrown = 0
  var failures: [String] = []

  static func + (left: Self, right: Self) -> Self {
    Verdicts(
      booted: left.booted + right.booted, image: left.image + right.image,
      moved: left.moved + right.moved, warned: left.warned + right.warned,
      refused: left.refused + right.refused,
      withErrors: left.withErrors + right.withErrors, thrown: left.thrown + right.thrown,
      failures: left.failures + right.failures)
  }
}

@Suite("Random machines and images, judged by a simulation")
struct PlacementPropertyTests {
  static func environment(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  @Test("Every segment of a plan is intact when the simulated kernel reaches start_kernel")
  func plansBoot() async {
    let seed = Self.environment("SEED") ?? 0x5eed_2016
    let cases = Self.environment("CASES") ?? 100_000
    let lanes: UInt64 = 2
    let verdicts = await withTaskGroup(of: Verdicts.self, returning: Verdicts.self) { group in
      for lane in 0..<lanes {
        group.addTask { Self.judge(seeds: lane, cases, by: lanes, from: seed) }
      }
      var sum = Verdicts()
      for await part in group { sum = sum + part }
      return sum
    }
    for failure in verdicts.failures.prefix(5) { Issue.record("\(failure)") }
    print(
      "placement property: \(verdicts.booted) booted (\(verdicts.image) by image, "
        + "\(verdicts.moved) moved, \(verdicts.warned) warned), \(verdicts.refused) refused, "
        + "\(verdicts.withErrors) with errors, \(verdicts.thrown) not plannable")
    // The generator must not drift to where nothing is judged.
    if cases >= 1000 {
      #expect(UInt64(verdicts.booted) > cases / 3)
      #expect(verdicts.image > verdicts.booted / 10)
      #expect(verdicts.moved > verdicts.booted / 50)
      #expect(verdicts.warned < verdicts.booted / 50)
    }
  }

  private static func judge(
    seeds first: UInt64, _ cases: UInt64, by step: UInt64, from seed: UInt64
  ) -> Verdicts {
    var verdicts = Verdicts()
    for index in stride(from: first, to: cases, by: Int(step)) {
      judge(RandomCase(seed: seed &+ index), &verdicts)
      if verdicts.failures.count >= 5 { break }
    }
    return verdicts
  }

  private static func judge(_ drawn: RandomCase, _ verdicts: inout Verdicts) {
    let plan: BootPlan
    do throws(BootPlanError) {
      plan = try ARMPlanner.plan(drawn.request)
    } catch {
      verdicts.thrown += 1
      return
    }
    guard plan.fits else {
      verdicts.refused += 1
      return
    }
    if plan.diagnostics.contains(where: {
      $0.severity == .error && $0.code != .destinationUncertain
    }) {
      verdicts.withErrors += 1
      verdicts.failures.append(drawn.report(plan, "the exact rule made a plan with errors"))
      return
    }
    var failure = outcome(drawn, plan, &verdicts)
    // KX143: the image does not tell whether it looks into the DTB, and no load address makes the
    // two answers agree: an error. The plan must be right for the answer it names all the same.
    if let first = failure, plan.diagnostics.contains(where: { $0.code == .destinationUncertain }) {
      var other = drawn
      other.kernel.checksDTB.toggle()
      failure = outcome(other, plan, &verdicts).map { first + "; with the other answer: " + $0 }
      verdicts.warned += 1
    }
    if let failure { verdicts.failures.append(drawn.report(plan, failure)) }
  }

  /// Boots a plan and compares what was written with what the plan said.
  private static func outcome(
    _ drawn: RandomCase, _ plan: BootPlan, _ verdicts: inout Verdicts
  ) -> String? {
    do throws(Hang) {
      let run = try drawn.boot.run(try drawn.loaded(plan))
      let footprint = plan.footprint.map { Bytes($0.range) }
      for (owner, bytes) in run.written where !covered(bytes, footprint) {
        return "the footprint does not hold \(owner) \(bytes)"
      }
      verdicts.booted += 1
      if plan.handover == .image { verdicts.image += 1 }
      if run.written.contains(where: { $0.0 == .moved }) { verdicts.moved += 1 }
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Tells whether ranges together hold every byte.
  static func covered(_ bytes: Bytes, _ ranges: [Bytes]) -> Bool {
    var next = bytes.low
    for _ in ranges.indices where next < bytes.high {
      for range in ranges where range.low <= next { next = max(next, range.high) }
    }
    return next >= bytes.high
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import Testing

@Suite("Random layouts that somebody else chose, judged by a simulation")
struct GivenLayoutPropertyTests {
  private struct Verdicts: Sendable {
    var held = 0
    var lost = 0
    var unplaced = 0
    var proposed = 0
    var failures: [String] = []
  }

  /// The codes of an address that must not be as it is.
  static let losses: [DiagnosticCode] = [
    .segmentOverwritten, .segmentsOverlap, .inReservedMemory, .outsideRAM, .notMapped,
    .treeBeyondSections, .misaligned, .kernelNotMapped,
    .pageShared, .imageMisplaced, .decompressorUncached,
  ]

  static func loses(_ plan: BootPlan) -> Bool {
    plan.diagnostics.contains { $0.severity == .error && losses.contains($0.code) }
  }

  @Test(
    "What is judged good boots, what is judged bad hangs, a proposal is good and moves nothing that was",
    arguments: [true, false])
  func layouts(isSmall: Bool) throws {
    let seed = PlacementPropertyTests.environment("SEED") ?? 0x5eed_1a70
    let cases = PlacementPropertyTests.environment("CASES") ?? 400
    var verdicts = Verdicts()
    for index in 0..<cases where verdicts.failures.count < 5 {
      let drawn = RandomCase(layoutSeed: seed &+ index, isSmall: isSmall)
      do throws(BootPlanError) {
        let judged = try ARMPlanner.judge(drawn.request)
        if let failure = try Self.judge(drawn, judged, exact: isSmall, &verdicts) {
          verdicts.failures.append(
            drawn.report(judged.plan, "\(failure); given \(drawn.request.given)"))
        }
      } catch {}
    }
    for failure in verdicts.failures { Issue.record("\(failure)") }
    print(
      "layouts: \(verdicts.held) held, \(verdicts.lost) lost something, \(verdicts.unplaced) not "
        + "placed, \(verdicts.proposed) proposals")
    // The generator must not drift to where nothing is judged.
    if cases >= 400 {
      #expect(verdicts.held > 40 && verdicts.lost > 40 && verdicts.proposed > 40)
    }
  }

  private static func judge(
    _ drawn: RandomCase, _ judged: JudgedLayout, exact: Bool, _ verdicts: inout Verdicts
  ) throws(BootPlanError) -> String? {
    let plan = judged.plan
    let loses = loses(plan)
    // What nobody knows of the image may be either way.
    let isOpen = plan.diagnostics.contains { $0.code == .destinationUncertain }
    if plan.fits, !isOpen, !drawn.isBeyondTheJudge(plan) {
      do throws(Hang) {
        try drawn.bootGiven(plan)
        if loses, exact { return "it boots, and is judged to lose something" }
      } catch {
        if !loses { return "it is judged good, and hangs: \(error)" }
      }
    }
    if !plan.fits { verdicts.unplaced += 1 } else if loses { verdicts.lost += 1 }
    guard !plan.fits || loses else {
      verdicts.held += 1
      return judged.nearest == nil ? nil : "a layout that holds has a proposal"
    }
    var free = drawn.request
    free.given = GivenPlaces()
    // An address that was given for a zImage is better only by another for it.
    if drawn.request.given.kernel != nil, drawn.request.kernel.zImage != nil {
      free.handover = drawn.request.handover ?? .zimage
    }
    guard let nearest = judged.nearest else {
      let plan = try ARMPlanner.plan(free)
      return plan.fits && !Self.loses(plan) ? "nothing is proposed, and there is a plan" : nil
    }
    verdicts.proposed += 1
    return try proposal(nearest, drawn, plan)
  }

  /// Looks at a proposal.
  private static func proposal(
    _ nearest: GivenPlaces, _ drawn: RandomCase, _ plan: BootPlan
  ) throws(BootPlanError) -> String? {
    var proposed = drawn.request
    proposed.given = nearest
    if drawn.request.handover == nil, drawn.request.given.kernel == nil {
      // The proposal may hand over as a plan of our own would.
      proposed.handover = ARMPlanner.handover(of: nearest, drawn.request)
    }
    let judged = try ARMPlanner.judge(proposed)
    if !judged.plan.fits || loses(judged.plan) { return "the proposal \(nearest) is no better" }
    // Where the rest can be placed around what lies well, that stays.
    var kept = drawn.request
    for name in [PlannedSegment.Name.kernel, .initrd, .dtb] {
      if isBlamed(name, plan) { kept.given[name] = nil }
    }
    let around = try ARMPlanner.judge(kept).plan
    guard plan.fits, around.fits, !loses(around) else { return nil }
    for name in [PlannedSegment.Name.kernel, .initrd, .dtb] {
      if let old = kept.given[name], nearest[name] != old {
        return "the proposal \(nearest) moves the \(name), which lies well"
      }
    }
    return nil
  }

  /// Whether an error is about where a segment lies.
  private static func isBlamed(_ name: PlannedSegment.Name, _ plan: BootPlan) -> Bool {
    plan.diagnostics.contains { entry in
      guard entry.severity == .error, losses.contains(entry.code) else { return false }
      let companions = ["initrd ", "dtb ", "atags "].filter { entry.message.contains($0) }
      switch name {
      case .kernel: return companions.isEmpty
      case .initrd: return companions.contains("initrd ")
      case .dtb, .atags, .trampoline: return companions.contains { $0 != "initrd " }
      }
    }
  }
}

extension ARMPlanner {
  /// The handover by which a proposal was found: the kernel's address tells an Image by its offset.
  static func handover(of places: GivenPlaces, _ request: PlanRequest) -> HandoverKind? {
    for kind in [HandoverKind.image, .zimage] {
      var tried = request
      tried.given = places
      tried.handover = kind
      if let plan = try? judge(tried).plan, plan.fits, !GivenLayoutPropertyTests.loses(plan) {
        return kind
      }
    }
    return nil
  }
}

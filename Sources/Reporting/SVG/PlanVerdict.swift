// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory

/// The verdict on a plan.
enum PlanVerdict {
  /// Gives one sentence, and whether it is good news.
  static func words(_ plan: BootPlan, _ overlaps: [MapOverlap]) -> (String, Bool) {
    guard plan.fits else { return ("nothing fits", false) }
    if let overlap = overlaps.first {
      let more = overlaps.count > 1 ? ", and more" : ""
      return (
        overlap.victim + ": " + overlap.lost.count.description + " are overwritten" + more,
        false
      )
    }
    if let error = plan.diagnostics.first(where: { $0.severity == .error }) {
      return ("refused: " + error.code.description, false)
    }
    return ("nothing that is loaded gets overwritten", true)
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Checks a finished plan without knowledge of how it was made.
enum PlanCheck {
  /// Finds every byte of a segment that would be lost, and every byte written where it must not.
  ///
  /// The kernel's own segment is not compared with the footprint: the decompressor handles
  /// overwriting itself.
  static func diagnostics(of plan: BootPlan) -> [Diagnostic] {
    overlapsWithFootprint(plan)
      + overlapsOfSegments(
        plan, hint: "the kernel refuses such segments; plan with --rule exact")
      + misplaced(plan, hint: "plan with --rule exact and without --load")
  }

  private static func overlapsWithFootprint(_ plan: BootPlan) -> [Diagnostic] {
    var result: [Diagnostic] = []
    for segment in plan.segments where segment.name != .kernel {
      guard let file = segment.fileRange else { continue }
      var lost = RangeSet()
      var names: [String] = []
      for written in plan.footprint {
        guard let shared = written.range.intersection(file) else { continue }
        lost.insert(shared)
        if !names.contains(written.name) { names.append(written.name) }
      }
      guard let first = lost.ranges.first?.first, let last = lost.ranges.last?.last else {
        continue
      }
      result.append(
        Diagnostic(
          .segmentOverwritten, .error,
          "\(segment.name.rawValue) \(file) overlaps what is written before start_kernel: "
            + "\(list(names)) at \(first)-\(last); \(lost.count) would be lost",
          hint: "plan with --rule exact", bytes: lost.count))
    }
    return result
  }

  /// Finds every two segments that share a byte.
  static func overlapsOfSegments(_ plan: BootPlan, hint: String) -> [Diagnostic] {
    var result: [Diagnostic] = []
    for (index, segment) in plan.segments.enumerated() {
      for other in plan.segments.dropFirst(index + 1) {
        guard let shared = segment.range.intersection(other.range) else { continue }
        result.append(
          Diagnostic(
            .segmentsOverlap, .error,
            "\(segment.name.rawValue) \(segment.range) overlaps \(other.name.rawValue) "
              + "\(other.range) by \(shared.count)",
            hint: hint, bytes: shared.count))
      }
    }
    return result
  }

  /// The most reservations that are listed for a range.
  private static let reservationLimit = 16

  /// Finds every segment, and every written range, outside of free RAM.
  static func misplaced(_ plan: BootPlan, hint: String) -> [Diagnostic] {
    var result: [Diagnostic] = []
    // Most ranges lie clear of all reservations, and there may be many of both.
    let reserved = plan.machine.memory.reservedRanges
    func look(_ what: String, _ range: PhysicalRange) {
      let entries =
        reserved.overlaps(range) ? plan.machine.memory.reservations(in: range) : []
      for entry in entries.prefix(reservationLimit) {
        result.append(
          Diagnostic(
            .inReservedMemory, .error,
            "\(what) \(range) lies in reserved memory \(entry.range) "
              + "(\(entry.why))",
            hint: hint))
      }
      if entries.count > reservationLimit {
        result.append(
          Diagnostic(
            .inReservedMemory, .error,
            "\(what) \(range) lies in \(entries.count - reservationLimit) more ranges of reserved "
              + "memory", hint: hint))
      }
      if !plan.machine.memory.ram.contains(range) {
        result.append(
          Diagnostic(
            .outsideRAM, .error, "\(what) \(range) lies outside RAM",
            hint: hint))
      }
    }
    for segment in plan.segments { look(segment.name.rawValue, segment.range) }
    for written in plan.footprint { look(written.name, written.range) }
    return result
  }

  private static func list(_ names: [String]) -> String {
    var text = ""
    for (index, name) in names.enumerated() {
      if index > 0 { text += index == names.count - 1 ? " and " : ", " }
      text += name
    }
    return text
  }
}

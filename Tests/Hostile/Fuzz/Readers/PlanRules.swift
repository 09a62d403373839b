// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// What holds of every plan by the exact rule, for which nobody has asked for an address.
enum PlanRules {
  static func check(_ plan: BootPlan) {
    hold((plan.entry == nil) == plan.segments.isEmpty, "nothing is placed exactly without an entry")
    guard plan.entry != nil else { return hold(plan.hasErrors, "what does not fit is an error") }
    let memory = plan.machine.memory
    for (index, segment) in plan.segments.enumerated() {
      for other in plan.segments[(index + 1)...] {
        hold(!segment.range.overlaps(other.range), "segments lie beside each other")
      }
      hold(memory.ram.contains(segment.range), "segments lie in RAM")
      hold(memory.reservations(in: segment.range).isEmpty, "segments lie clear of reservations")
    }
    for written in plan.footprint {
      hold(memory.ram.contains(written.range), "what is written lies in RAM")
      hold(memory.reservations(in: written.range).isEmpty, "nothing that is reserved is written")
      for segment in plan.segments where segment.name != .kernel {
        hold(!segment.range.overlaps(written.range), "nothing writes over what was loaded")
      }
    }
  }
}

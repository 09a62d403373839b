// SPDX-License-Identifier: Apache-2.0
import Handover
public import PhysicalMemory

extension PlanRequest {
  /// The registers that a trampoline must set, since the running kernel would pass others; none
  /// where no trampoline is needed.
  ///
  /// A kernel that is passed no parameters does not boot, whatever the registers are. A running
  /// kernel of another architecture cannot jump at all.
  func registersToSet(
    for entry: EntryState, _ segments: [PlannedSegment]
  ) -> [EntryRegister] {
    guard case .runningKernel(let running) = jumper, running.architecture == .arm,
      parameters.byteCount != nil
    else { return [] }
    let heads = segments.inLoadOrder.map { segment in
      let isTree: Bool? =
        switch segment.name {
        case .dtb: true
        case .atags, .trampoline: false
        // Nobody has looked into the files. A load cuts them into segments at pages, and a piece may
        // begin like a tree: one that is appended to a zImage.
        case .kernel, .initrd: nil
        }
      return SegmentHead(segment.range.first, isTree: isTree)
    }
    return running.missing(from: entry, with: heads)
  }
}

extension [PlannedSegment] {
  /// The segments in the order of a load: the parameters come last, since a 32-bit ARM kernel takes
  /// the last segment that begins like a device tree for the tree.
  public var inLoadOrder: [PlannedSegment] {
    filter { !$0.name.isParameters } + filter { $0.name.isParameters }
  }
}

extension BootPlan {
  /// The code that sets the registers; nil in a plan without any.
  public var trampoline: PlannedSegment? { segments.first { $0.name == .trampoline } }

  /// The address of the jump: that of the trampoline, or else of the kernel. nil when nothing fits.
  public var jump: PhysicalAddress? { entry.map { trampoline?.range.first ?? $0.address } }

  /// The code of the trampoline; nil when no code of so many bytes reaches the entry.
  var trampolineCode: [UInt8]? {
    guard let entry, let registers = ARMRegisters(entry) else { return nil }
    // A list for a machine that was not stated is for the machine of the running kernel.
    let keepsMachine =
      parameters?.name == .atags && registers.r1 == ARMRegisters.deviceTreeMachine
    return ARMTrampoline.code(
      entry: entry.address, machine: keepsMachine ? nil : registers.r1, parameters: registers.r2)
  }
}

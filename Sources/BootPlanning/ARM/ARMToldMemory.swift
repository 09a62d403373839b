// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Holds the memory that the new kernel is told of, by `mem=` or by the DTB, against the machine's.
struct ARMToldMemory {
  let search: ARMPlacementSearch
  /// K; nil when nothing fits.
  let kernel: UInt64?

  private var request: PlanRequest { search.request }
  private var ram: RangeSet { request.machine.memory.ram }

  var diagnostics: [Diagnostic] {
    if search.view.words.has(.mem) { return beyondMachine }
    guard let memory else { return [] }
    return absent(memory) + lost
  }

  /// What the DTB names; nil when there is none, or it names nothing.
  private var memory: [PhysicalRange]? {
    guard case .deviceTree(_, let memory) = request.parameters, !memory.isEmpty else { return nil }
    return memory
  }

  /// RAM of the machine that the DTB does not name; none where mem= says what is used.
  var unnamed: RangeSet {
    // Mostly both are the same.
    guard let memory, search.view.knownBytes != ram.count, !search.view.words.has(.mem) else {
      return RangeSet()
    }
    return RangeSet(ram.subtracting(RangeSet(memory)).ranges.filter { $0.count.rawValue >= 4096 })
  }

  /// Where the new kernel takes RAM to start.
  private var start: PhysicalAddress? {
    let textOffset = request.kernel.facts.textOffset.value.rawValue
    return kernel.map { PhysicalAddress($0 - min($0, textOffset)) }
  }

  /// Says what memory the DTB names that the machine does not have, and what follows.
  ///
  /// A kernel that was itself started above the start of RAM does not list what lies below it in
  /// /proc/iomem, and refuses segments there; the tree it was given still names it. What the running
  /// kernel is known to have dropped is a note, the rest a warning.
  private func absent(_ memory: [PhysicalRange]) -> [Diagnostic] {
    let start = start
    var absent = RangeSet(memory).subtracting(ram)
    var result: [Diagnostic] = []
    if let bottom = ram.ranges.first?.first, start.map({ $0 >= bottom }) ?? true,
      let below = PhysicalRange(start: PhysicalAddress(0), end: bottom)
    {
      let dropped = absent.intersection(below).intersection(RangeSet(request.runningMemory ?? []))
      absent = absent.subtracting(dropped)
      if !dropped.isEmpty {
        result.append(
          Diagnostic(
            .droppedMemoryNamed, .note,
            "the running kernel does not use \(dropped.count) of memory that its tree names, "
              + "\(dropped.inWords): it took RAM to start at \(bottom). Nothing can be loaded there"
              + (start == nil ? "" : ", and the new kernel will not use it either"),
            hint: "only a start by the firmware gives it back"))
      }
    }
    guard let first = absent.ranges.first, let last = absent.ranges.last else { return result }
    let isUsed = start.map { last.last >= $0 } ?? true
    result.append(
      Diagnostic(
        .absentMemoryNamed, .warning,
        "the DTB names \(absent.count) of memory that the machine does not have, from "
          + "\(first.first) on; nothing is put there, "
          + (isUsed
            ? "but the new kernel will use it"
            : "and the new kernel will not use it either, since its RAM starts above"),
        hint: "use the DTB of this machine"))
    return result
  }

  /// The same of `mem=`, which a kernel believes without asking.
  private var beyondMachine: [Diagnostic] {
    guard let start else { return [] }
    let absent = search.view.believed(start: start.rawValue).subtracting(ram)
    guard let first = absent.ranges.first else { return [] }
    return [
      Diagnostic(
        .absentMemoryStated, .warning,
        "mem= names \(absent.count) of memory that the machine does not have, from "
          + "\(first.first) on; nothing is put there, but the new kernel will use it",
        hint: "state no more than the machine has, or leave mem= out")
    ]
  }

  /// Says what RAM of the machine the DTB does not name: the new kernel never learns of it.
  private var lost: [Diagnostic] {
    let lost = unnamed
    if lost.isEmpty { return [] }
    let words = ram.intersection(.below4GiB).ranges.map {
      "mem=" + hexadecimal($0.count.rawValue) + "@" + $0.first.description
    }
    return [
      Diagnostic(
        .memoryUnnamed, .warning,
        "the DTB names \(lost.count) of RAM less than the machine has, \(lost.inWords): the new "
          + "kernel will not use it",
        hint: "use the tree this machine runs with"
          + (words.count > 4 ? "" : ", or append " + words.joined(" ")))
    ]
  }
}

extension RangeSet {
  /// The ranges in words, the first few of them.
  var inWords: String {
    let more = ranges.count - 4
    return ranges.prefix(4).map { $0.description }.joined(", ")
      + (more > 0 ? " and \(more) more" : "")
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Compares the memory that `mem=` or the DTB names to the new kernel with that of the machine.
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

  /// The memory that the DTB names; nil without a DTB, or when it names none.
  private var memory: [PhysicalRange]? {
    guard case .deviceTree(_, let memory) = request.parameters, !memory.isEmpty else { return nil }
    return memory
  }

  /// RAM of the machine that the DTB does not name; empty where `mem=` names the memory.
  var unnamed: RangeSet {
    // In most cases both have the same size.
    guard let memory, search.view.knownBytes != ram.count, !search.view.words.has(.mem) else {
      return RangeSet()
    }
    return RangeSet(ram.subtracting(RangeSet(memory)).ranges.filter { $0.count.rawValue >= 4096 })
  }

  /// The start of RAM as the new kernel computes it.
  private var start: PhysicalAddress? {
    let textOffset = request.kernel.textOffset.value.rawValue
    return kernel.map { PhysicalAddress($0 - min($0, textOffset)) }
  }

  /// Diagnostics about memory that the DTB names and the machine lacks.
  ///
  /// A kernel that was itself started above the start of RAM does not list the memory below it in
  /// /proc/iomem, and refuses segments there; the tree it was given still names it. Memory that the
  /// running kernel certainly dropped gives a note, the rest a warning.
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

  /// The same for `mem=`, which a kernel does not check.
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

  /// Diagnostics about RAM that the DTB does not name: the new kernel never learns of it.
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

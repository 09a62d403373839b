// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Finds out why nothing fits, by planning again with one thing changed.
struct ARMRefusalCause {
  let search: ARMPlacementSearch
  let handovers: [HandoverKind]

  private var request: PlanRequest { search.request }
  private var ram: RangeSet { request.machine.memory.ram }

  /// A cause other than a lack of RAM; nil when there is none.
  var inWords: String? { limit ?? tree ?? load ?? wish }

  /// Other remedies where no amount of RAM is enough.
  var others: String? {
    if let reserved = reserved(where: { _ in true }) { return "free reserved memory: " + reserved }
    return fits { $0.initrd = nil } ? "use a smaller initrd" : nil
  }

  /// A word of the command line that leaves the kernel too little memory.
  private var limit: String? {
    for word in [MemoryWord.mem, .vmalloc] where search.view.words.has(word) {
      let places = search.view.words.found.filter { $0.word == word }.map { $0.place }
      if fits({ $0.commandLine = CommandLineWords.line($0.commandLine, without: places) }) {
        return word == .mem
          ? "mem= leaves too little of the RAM: raise it, or leave it out"
          : "vmalloc= leaves too little lowmem: lower it, or leave it out"
      }
    }
    return nil
  }

  /// A tree that names other RAM, or less of it.
  private var tree: String? {
    guard case .deviceTree(let bytes, let memory) = request.parameters, !memory.isEmpty,
      search.view.known.count < ram.intersection(.below4GiB).count,
      fits({
        $0.parameters = .deviceTree(bytes, memory: ram.ranges)
        $0.decompressorMemory = nil
      })
    else { return nil }
    return "the DTB names "
      + (search.view.known.isEmpty ? "none" : "only \(search.view.known.count)")
      + " of the machine's RAM, but \(RangeSet(memory).inWords): use the DTB of this machine"
  }

  /// A load address that leaves no room for the rest.
  private var load: String? {
    guard request.load != nil, fits({ $0.load = nil }) else { return nil }
    return "leave out --load: then it fits"
  }

  /// Memory that an option reserves.
  private var wish: String? {
    reserved { $0.isWished }.map { "keep less memory clear: " + $0 }
  }

  /// Names the largest of some reservations, if it fits without all of them; nil where it does not.
  private func reserved(where isMeant: (ReservedRange) -> Bool) -> String? {
    let all = request.machine.memory.reserved
    let others = all.filter { !isMeant($0) }
    guard others.count < all.count,
      fits({ $0.machine.memory = MemoryMap(ram: ram, reserved: others) })
    else { return nil }
    return all.filter(isMeant).inOrder { $0.range.count > $1.range.count }
      .prefix(3).map { "\($0.why) \($0.range)" }.joined(", ")
  }

  private func fits(_ change: (inout PlanRequest) -> Void) -> Bool {
    var other = request
    change(&other)
    let search = ARMPlacementSearch(
      other, figures: search.figures, keptDTB: search.keptDTB, demand: search.demand)
    return handovers.contains {
      let found = $0 == .image ? search.image() : search.zimage()
      return found.map { search.leavesWorkingMemory($0) } ?? false
    }
  }
}

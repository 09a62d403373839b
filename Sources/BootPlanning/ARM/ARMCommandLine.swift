// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

/// Compares the words of a command line that concern memory with the plan.
struct ARMCommandLine {
  let search: ARMPlacementSearch
  /// The placement of the plan; nil when nothing fits.
  let placement: ARMPlacement?

  private var words: CommandLineWords { search.view.words }

  var diagnostics: [Diagnostic] {
    // A bundle has its own command line.
    if words.found.isEmpty || search.request.kernel.isBundle { return [] }
    var result: [Diagnostic] = []
    for entry in words.found where !entry.word.isReadByARM {
      result.append(
        Diagnostic(
          .wordWithoutEffect, .warning,
          text(entry) + " has no effect: a kernel for 32-bit ARM does not read it",
          hint: "limit memory with mem=SIZE@START, and keep it free with a node in /reserved-memory"
        ))
    }
    if let found = initrd { result.append(found) }
    if let found = crashKernel { result.append(found) }
    return result
  }

  /// A warning about an initrd that the command line looks for elsewhere than the plan puts it.
  ///
  /// Source: arch/arm/kernel/setup.c `setup_arch` (v6.1): the tree is read first, then these words.
  private var initrd: Diagnostic? {
    guard let (entry, start, size) = words.initrd else { return fileName }
    let stated = PhysicalRange(start: PhysicalAddress(start), count: ByteCount(size))
    let place = stated?.description ?? "no memory"
    guard search.request.initrd != nil else {
      return Diagnostic(
        .initrdWordWithoutInitrd, .warning,
        text(entry) + " has the kernel look for an initrd in " + place
          + ", and the plan puts none there",
        hint: "give the initrd with --initrd, and leave the word out")
    }
    guard let placement, let planned = placement.initrd,
      let bytes = search.request.initrd?.byteCount
    else { return nil }
    // The last page behind the initrd holds zeros, which the kernel skips.
    if let stated, stated.first == planned.first, stated.count >= bytes,
      stated.last <= planned.last
    {
      return nil
    }
    return Diagnostic(
      .initrdWordMisleads, .error,
      text(entry) + " has the kernel look for its initrd in " + place + ", and it lies in "
        + planned.description + ": it would be lost",
      hint: "leave the word out: the tree or the ATAGs name the initrd's place")
  }

  /// A warning about the name of a file, which only boot loaders understand.
  private var fileName: Diagnostic? {
    guard search.request.initrd == nil, let entry = words.found.last(where: { $0.word == .initrd })
    else { return nil }
    return Diagnostic(
      .initrdWordWithoutInitrd, .warning,
      text(entry) + " names no memory: the kernel passes over it and has no initrd",
      hint: "give the file with --initrd")
  }

  /// A warning about crash memory that the new kernel cannot reserve; it reports that and goes on.
  ///
  /// Source: arch/arm/kernel/setup.c `reserve_crashkernel` (v6.1).
  private var crashKernel: Diagnostic? {
    guard let placement, let (size, start) = words.crashKernel, size > 0,
      let entry = words.found.last(where: { $0.word == .crashkernel })
    else { return nil }
    let hint = "make it smaller, or crashkernel=SIZE without a place"
    guard let start, start > 0 else {
      let left = search.memoryLeft(placement)
      if size < left { return nil }
      return Diagnostic(
        .crashMemoryImpossible, .warning,
        text(entry) + " will not be set aside: " + ByteCount(left).description + " are left",
        hint: hint)
    }
    let wanted = PhysicalRange(start: PhysicalAddress(start), count: ByteCount(size))
    let kernel = PhysicalRange(
      start: PhysicalAddress(placement.kernel),
      count: ByteCount(search.figures.inflated + search.figures.bss))
    var reason: String?
    if let wanted, search.request.machine.memory.ram.contains(wanted) {
      if kernel?.overlaps(wanted) == true { reason = "the kernel lies there" }
      if placement.initrd?.overlaps(wanted) == true { reason = "the initrd lies there" }
      if placement.parameters?.overlaps(wanted) == true { reason = "the DTB lies there" }
    } else {
      reason = "the machine has no RAM there"
    }
    return reason.map {
      Diagnostic(
        .crashMemoryImpossible, .warning, text(entry) + " will not be set aside: " + $0, hint: hint)
    }
  }

  private func text(_ entry: CommandLineWords.Found) -> String {
    PrintableText.clean(
      String(decoding: Array(search.request.commandLine.utf8)[entry.place], as: UTF8.self))
  }
}

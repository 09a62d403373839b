// SPDX-License-Identifier: Apache-2.0
import Handover
import KernelImages
import PhysicalMemory

/// Explains every address of a placement: the rule that fixed it, and the places that were refused.
struct ARMExplanation {
  let search: ARMPlacementSearch
  let placement: ARMPlacement

  private var figures: ARMFigures { search.figures }
  private var start: UInt64 { placement.kernel - figures.textOffset }

  var diagnostics: [Diagnostic] {
    var result: [Diagnostic] = []
    func note(_ code: DiagnosticCode, _ text: @autoclosure () -> String) {
      if search.request.explains { result.append(Diagnostic(code, .note, text())) }
    }
    note(.kernelPlace, kernelText)
    if placement.handover == .zimage { note(.zImagePlace, loadText) }
    result += uncertainties
    if let parameters = placement.parameters, search.request.given.parameters == nil {
      note(
        .parametersPlace, "\(parametersName) at \(parameters.first): " + companionText(parameters))
    }
    if let initrd = placement.initrd, search.request.given.initrd == nil {
      note(.initrdPlace, "initrd at \(initrd.first): " + companionText(initrd))
    }
    if let trampoline = placement.trampoline {
      note(.trampolinePlace, trampolineText(trampoline))
    }
    result += ARMLostMemory(search: search, placement: placement).diagnostics
    return result
  }

  private var parametersName: String {
    if case .atags = search.request.parameters { return "ATAG list" }
    return "DTB"
  }

  private var kernelText: String {
    let facts = search.request.kernel
    var text =
      "kernel at \(PhysicalAddress(placement.kernel)): start of RAM "
      + "\(PhysicalAddress(start)) + text offset \(hexadecimal(figures.textOffset)) "
      + "(\(facts.textOffset.detail))"
    if let zImage = facts.zImage, case .fixed = zImage.destination.value {
      text =
        "kernel at \(PhysicalAddress(placement.kernel)): fixed by its decompressor "
        + "(\(zImage.destination.detail))"
    } else if placement.handover == .zimage {
      text += "; the decompressor looks for RAM in the 128 MiB window of its load address"
    }
    let refused = search.view.free.ranges.filter {
      $0.last.rawValue < placement.kernel
    }
    for hole in refused.prefix(4) {
      text += "; hole \(hole) refused: " + ARMRefusal.kernelReason(search, hole)
    }
    if refused.count > 4 { text += "; \(refused.count - 4) more holes below refused likewise" }
    return text
  }

  private var loadText: String {
    let text = "zImage at \(PhysicalAddress(placement.load)): "
    if search.request.load != nil || search.request.given.kernel != nil {
      return text + "given" + (placement.move == .always ? "; it moves itself" : "")
    }
    switch placement.move {
    case .never:
      return text + "above the inflated kernel, so the decompressor does not move itself"
    case .always, .perhaps:
      return text
        + "no room above the inflated kernel, so the decompressor moves itself behind it"
    }
  }

  private func companionText(_ range: PhysicalRange) -> String {
    var below: (name: String, last: PhysicalAddress)?
    func consider(_ name: String, _ other: PhysicalRange?) {
      guard let other, other.last < range.first else { return }
      if let below, below.last >= other.last { return }
      below = (name, other.last)
    }
    for written in placement.footprint { consider(written.name, written.range) }
    consider("the loaded kernel", placement.kernelSegment.range)
    consider("the initrd", placement.initrd)
    consider("the \(parametersName)", placement.parameters)
    var text = "lowest place"
    if let below { text += " above \(below.name) (ends \(below.last))" }
    text +=
      ", clear of all that is written, in lowmem (ends "
      + "\(PhysicalAddress(search.view.lowmemEnd(start: start) - 1)))"
    let passed = search.request.machine.memory.reserved.filter {
      $0.range.last < range.first && $0.range.first.rawValue > placement.kernel
    }
    if !passed.isEmpty {
      text += "; clear of " + passed.prefix(3).map { "\($0.why) \($0.range)" }.joined(", ")
    }
    return text
  }

  private func trampolineText(_ range: PhysicalRange) -> String {
    let others = search.segments(of: placement).filter { $0.name != .trampoline }
    let missing = search.request.registersToSet(for: search.entry(of: placement), others)
    return "trampoline at \(range.first): the running kernel would not pass "
      + missing.map { $0.name.rawValue + "=" + hexadecimal($0.value) }.joined(" and ")
      + ", so code that does is entered first"
  }

  private var uncertainties: [Diagnostic] {
    var result: [Diagnostic] = []
    if placement.kernelIsUncertain {
      result.append(
        Diagnostic(
          .destinationUncertain, .error,
          "the image does not show whether its decompressor looks for the start of RAM in the "
            + "DTB; planned for the kernel at \(PhysicalAddress(placement.kernel)), which is a guess",
          hint: "use --handover image, which does not depend on it"))
    }
    if placement.handover == .zimage,
      search.request.kernel.zImage?.destination.source == .estimate
    {
      result.append(
        Diagnostic(
          .decompressorUnknown, .error,
          "the decompressor's code was not recognised: where it puts the kernel is a guess",
          hint: "use --handover image, which does not depend on it"))
    }
    if placement.needsFineAlignment {
      result.append(
        Diagnostic(
          .startNeedsNewerKernel, .warning,
          "the kernel starts RAM at \(PhysicalAddress(start)), not a multiple of 16 MiB; kernels "
            + "before 5.11 cannot, and the image does not tell its version",
          hint: "check the version; for an older one free memory at a multiple of 16 MiB"))
    }
    return result
  }
}

extension Array where Element == String {
  /// Joins texts.
  func joined(_ separator: String) -> String {
    var result = ""
    for (index, text) in enumerated() {
      if index > 0 { result += separator }
      result += text
    }
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import Handover
import KernelImages
import LinuxInterface
import PhysicalMemory

extension MachineChecks {
  /// The device behind a console of the running kernel, as the device tree describes it.
  struct Console {
    let compatible: [UInt8]?
    let registers: [UInt8]?
  }

  /// Checks the diagnostics of the plan.
  mutating func addPlan(_ plan: BootPlan) {
    addPlan(plan.diagnostics)
    if plan.fits, !plan.hasErrors {
      add(
        .ok, .everythingPlaced,
        "everything has a place: " + plan.handover.rawValue + " handover, entry "
          + (plan.entry?.address.description ?? ""))
    }
  }

  private mutating func addPlan(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics where diagnostic.severity != .note {
      add(diagnostic.severity, diagnostic.code, diagnostic.message, hint: diagnostic.hint)
    }
  }

  /// Checks the console: without one a booted kernel looks dead.
  ///
  /// - Parameters:
  ///   - boot: The boot.
  ///   - running: Finds the device of a console of the running kernel.
  mutating func addConsole(_ boot: DeviceBoot, _ running: (String) -> Console?) {
    let code = DiagnosticCode.console
    let hint = "compare with /proc/consoles"
    let tree = boot.files.tree?.tree
    let words = boot.plan.commandLine.words
    guard let word = words.last(where: { $0.begins(with: "console=") }) else {
      if let path = tree?.stdoutPath {
        let isThere = tree?.stdout?.isEnabled == true
        add(
          isThere ? .ok : .warning, code,
          "the tree names the console " + path + (isThere ? "" : ", which it has not, or disabled"),
          hint: isThere ? "" : hint)
      } else {
        add(
          .warning, code, "neither the command line nor the tree names a console",
          hint: "append console=, or nothing will be seen")
      }
      return
    }
    let name = Self.consoleName(word)
    let afterTTY = name.utf8.dropFirst(3).first ?? 0x30
    if name.begins(with: "tty"), afterTTY >= 0x30, afterTTY <= 0x39 {
      add(
        .warning, code, word + " is a screen, which may stay dark after the jump",
        hint: "add the console of a serial line behind it")
      return
    }
    guard let device = running(name) else {
      // A word with another speed still names the same console.
      let isKnown = (boot.machine.commandLine ?? "").words.contains {
        $0.begins(with: "console=")
          && Self.consoleName($0) == name
      }
      add(
        isKnown ? .ok : .warning, code,
        word
          + (isKnown ? " as the running kernel has it" : " is not in the running kernel"),
        hint: isKnown ? "" : hint)
      return
    }
    if let compatible = device.compatible, let root = tree?.root,
      !root.holds(compatible, device.registers)
    {
      add(
        .warning, code,
        word + ": the tree has no such device enabled as the running kernel has behind it",
        hint: "is it the tree of this machine?")
    } else {
      add(.ok, code, word + " is there")
    }
  }

  /// The name of the device in a word `console=NAME,SPEED`.
  private static func consoleName(_ word: String) -> String {
    word.without(first: 8).pieces(at: UInt8(ascii: ","), keepsEmpty: true).first ?? ""
  }

  /// Checks the root: a kernel without an initrd needs one.
  mutating func addRoot(_ boot: DeviceBoot) {
    // A bundle has its own root.
    guard !boot.files.image.isBundle else { return }
    let hasRoot = boot.plan.commandLine.words.contains {
      $0.begins(with: "root=")
    }
    if hasRoot || !boot.files.initrd.isEmpty {
      add(.ok, .root, hasRoot ? "the command line names a root" : "there is an initrd")
    } else {
      add(
        .warning, .root, "there is neither an initrd nor root=",
        hint: "give --initrd, or append root=; unless the kernel carries its own")
    }
  }

  /// Checks the bytes of the segments, and the answer of the running kernel to the call.
  mutating func addSegments(_ boot: DeviceBoot) {
    let call: KexecLoadCall
    let kernel: [UInt8]
    do throws(Stop) {
      call = try SegmentAssembly(boot).call()
      if boot.files.image.isBundle {
        add(.ok, .kernelWhole, "the bundle is whole: every segment has the SHA-256 that it states")
        return addCall(call, boot.machine)
      }
      if let why = boot.files.image.whyNotInflated {
        add(
          .warning, .kernelWhole,
          "whether the kernel is whole is not known: it could not be inflated",
          hint: why.hint)
        return addCall(call, boot.machine)
      }
      kernel = try Self.kernel(boot, call)
    } catch {
      let isFile = error.status == .badFile
      add(
        .error, isFile ? .kernelWhole : .runningKernelAccepts, error.what,
        hint: isFile ? "get the file again; it is incomplete" : error.hint)
      return
    }
    add(
      .ok, .kernelWhole,
      "the kernel is whole: " + ByteCount(kernel.count).description
        + (boot.files.image.kernel?.release.map { ", " + $0 } ?? ""))
    addProcessor(boot, kernel)
    if let tree = boot.files.tree?.tree { addTree(tree, KernelText(kernel)) }
    addCall(call, boot.machine)
  }

  /// The kernel as it runs: the loaded bytes, or the kernel inflated for the check.
  private static func kernel(
    _ boot: DeviceBoot, _ call: KexecLoadCall
  ) throws(Stop) -> [UInt8] {
    if boot.plan.handover == .image, let segment = call.segments.first {
      if case .bytes(let bytes) = segment.contents { return bytes }
      return segment.contents.copy
    }
    guard let file = boot.files.inputs.kernel else { return [] }
    do throws(KernelImageError) {
      return try boot.files.image.inflatedImage(of: file.span)
    } catch {
      throw Stop(error, in: file.path)
    }
  }

  /// Checks the processor. The inflated kernel names the processors it was built for; the plan
  /// knows only its header.
  private mutating func addProcessor(_ boot: DeviceBoot, _ bytes: [UInt8]) {
    guard var facts = boot.files.image.kernel, boot.files.processorObstacle == nil else {
      return
    }
    facts.readVersion(of: bytes.span)
    let processor = boot.files.processor
    if let obstacle = processor.obstacle(to: facts) {
      return addPlan([Diagnostic(obstacle, on: processor)])
    }
    // A kernel without modules, or an old one, may lack the name.
    guard let least = facts.leastVersion?.value else { return }
    let needs = least.description + (facts.isLPAE?.value == true ? " with LPAE" : "")
    let name = processor.name.isEmpty ? "the processor" : processor.name
    if processor.suffices(for: facts) {
      add(.ok, .processorSuffices, name + " has what the kernel needs: " + needs)
    } else {
      add(
        .warning, .processorSuffices,
        "the kernel needs " + needs + "; whether " + name + " has it is not known",
        hint: "compare with /proc/cpuinfo there")
    }
  }

  /// Checks whether the kernel knows the machine. Neither the tree nor the kernel holds its age,
  /// but a kernel that supports the machine holds the machine's `compatible`.
  private mutating func addTree(_ tree: DeviceTree, _ kernel: KernelText) {
    var unknown: [String] = []
    let machine = tree.compatible
    // A kernel for several platforms boots any machine that its drivers support.
    // Source: arch/arm/kernel/devtree.c (v6.1), `GENERIC_DT`.
    if !machine.isEmpty, !machine.contains(where: { kernel.holds($0) }),
      !kernel.holds("Generic DT based system")
    {
      unknown.append("the machine '" + machine[0] + "'")
    }
    let console = tree.stdout?.property(named: "compatible")?.asStrings ?? []
    if !console.isEmpty, !console.contains(where: { kernel.holds($0) }) {
      unknown.append("the console's '" + console[0] + "'")
    }
    let methods = tree.enableMethods.map { $0.method }
    if methods.count > 1, let method = methods.last, !method.isEmpty,
      // The kernel holds PSCI's name from its table of drivers; CPUs use a shorter one.
      !kernel.holds(method == "psci" ? "arm,psci" : method)
    {
      unknown.append("the enable-method '" + method + "', so that it would run on one CPU")
    }
    guard !unknown.isEmpty else {
      add(.ok, .treeWords, "the kernel knows the words of the tree: machine, console, CPUs")
      return
    }
    for what in unknown {
      add(
        .warning, .treeWords, "the kernel has no word for " + what,
        hint: "is the tree newer than the kernel, or for another board?")
    }
  }

  /// Checks the answer of the kernel to the call, in the order of the kernel's own checks.
  private mutating func addCall(_ call: KexecLoadCall, _ machine: MachineState) {
    var clean = true
    for cause in call.causes(
      machine.facts, memory: machine.memory, configuration: machine.configuration)
    {
      switch cause {
      // Other lines, or the plan, report these.
      case .noCapability, .loadingDisabled, .noLoadsLeft, .lockedDown, .cannotParkCPUs,
        .moreThanHalf, .notEnoughMemory:
        continue
      default: break
      }
      clean = false
      add(.error, .runningKernelAccepts, cause.description, hint: cause.remedy)
    }
    if clean {
      let bytes = call.stagingBytes(pageBytes: machine.facts.pageBytes.rawValue)
      add(
        .ok, .runningKernelAccepts,
        "the kernel will take the segments; until the jump they need "
          + bytes.rounded + " of memory")
    }
  }
}

extension Node {
  fileprivate var isEnabled: Bool {
    let status = property(named: "status")?.text
    return status == nil || status == "okay" || status == "ok"
  }

  /// Whether this node or one below is an enabled device with this `compatible` and these
  /// registers.
  fileprivate func holds(_ compatible: [UInt8], _ registers: [UInt8]?) -> Bool {
    guard isEnabled else { return false }
    if property(named: "compatible")?.value == compatible,
      registers == nil || property(named: "reg")?.value == registers
    {
      return true
    }
    return children.contains { $0.holds(compatible, registers) }
  }
}

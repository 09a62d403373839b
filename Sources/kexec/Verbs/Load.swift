// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import LinuxInterface
import PhysicalMemory
import Reporting

extension Program {
  /// `-l`, or no verb: plans and loads; with `--dry-run`, shows the plan instead.
  ///
  /// - Returns: The exit status.
  func load(_ settings: Settings) throws(Stop) -> Int32 {
    let boot = try DeviceBoot(settings, on: kernel, digests: settings.json)
    tellReuse(boot)
    return try finish(boot, settings)
  }

  /// Shows or loads a plan.
  func finish(_ boot: DeviceBoot, _ settings: Settings) throws(Stop) -> Int32 {
    let plan = boot.plan
    if settings.dryRun {
      try print(settings.json ? PlanDocument.json(plan) : PlanText.render(plan, style: .plain))
    } else {
      if settings.json { try print(PlanDocument.json(plan)) }
      tell(plan.diagnostics, settings)
    }
    if !plan.fits {
      if settings.dryRun { return ExitStatus.nothingFits.rawValue }
      throw Stop(
        what: "nothing was loaded: the plan does not fit",
        hint: "free the memory that is named above, or use a smaller kernel or initrd",
        status: .nothingFits)
    }
    if plan.hasErrors {
      // Segments of more than half of the memory have a place, but the kernel refuses them.
      let isTooBig = plan.diagnostics.contains { $0.code == .moreThanHalfOfMemory }
      let status = isTooBig ? ExitStatus.nothingFits : .failed
      if settings.dryRun { return status.rawValue }
      throw Stop(
        what: "nothing was loaded: the plan has errors", hint: "do what the hints above say",
        status: status)
    }
    if settings.dryRun, !settings.isTalkative { return 0 }
    let call = try SegmentAssembly(boot).call()
    if settings.dryRun {
      say(call.description)
      return 0
    }
    try load(call, boot.machine)
    if settings.isTalkative { say(call.traced(nil)) }
    record(LoadRecord.document(boot, call, on: kernel))
    if let path = settings.log, settings.verb == .load {
      do throws(Stop) {
        try log(path, "loaded a kernel")
      } catch {
        var stop = error
        stop.hint += "; the kernel is loaded: kexec -e starts it, kexec -u takes it away"
        throw stop
      }
    }
    return 0
  }

  private func load(_ call: KexecLoadCall, _ machine: MachineState) throws(Stop) {
    guard machine.facts.architecture == .arm else {
      throw Stop(
        what: "this is a kernel for 32-bit ARM, and the running one is not",
        hint: "plan for another machine with --dry-run --machine=FILE", status: .unavailable)
    }
    do throws(KexecLoadError) {
      try kernel.load(
        call, explainingFacts(machine), memory: machine.memory,
        configuration: machine.configuration
          ?? (try? KernelConfiguration.read(from: kernel, release: machine.facts.release)))
    } catch {
      throw Stop(error)
    }
    guard let path = kernel.changedFile() else { return }
    do throws(Errno) {
      try kernel.kexecLoad(.unload(call.flags))
    } catch {
      say(
        "warning: what was loaded of it was not taken away (" + error.description
          + "): kexec -u does that")
    }
    throw Stop(changed: path)
  }

  /// The facts of the running kernel, with the memory that was free before the load.
  private func explainingFacts(_ machine: MachineState) -> KernelFacts {
    guard var facts = try? KernelFacts.read(from: kernel) else { return machine.facts }
    facts.memoryTotal = machine.facts.memoryTotal
    facts.memoryAvailable = machine.facts.memoryAvailable
    return facts
  }

  private func tellReuse(_ boot: DeviceBoot) {
    guard let reuse = boot.reuse else { return }
    say("command line: " + PrintableText.clean(reuse.commandLine))
    for line in reuse.difference { say("  " + PrintableText.clean(line)) }
  }

  /// `-u`: unloads the loaded kernel.
  func unload(_ settings: Settings) throws(Stop) {
    let facts = try facts()
    guard let architecture = facts.architecture else {
      throw Stop(
        what: "the running kernel is of no known architecture",
        hint: "unload with the kexec of that architecture", status: .unavailable)
    }
    let call = KexecLoadCall.unload(KexecFlags(architecture, onCrash: settings.onCrash))
    do throws(KexecLoadError) {
      try kernel.load(call, facts)
    } catch {
      throw Stop(error)
    }
    if settings.isTalkative { say(call.traced(nil)) }
    if settings.onCrash { return }
    // The record describes no loaded kernel any more.
    do throws(Errno) {
      _ = try kernel.fileStatus(LoadRecord.path)
    } catch {
      if error == .noSuchFile { return }
    }
    record([])
  }

  /// Reads the facts of the running kernel.
  func facts() throws(Stop) -> KernelFacts {
    do throws(LinuxInterfaceError) {
      return try KernelFacts.read(from: kernel)
    } catch {
      throw Stop(error)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import LinuxInterface
import PhysicalMemory
import Reporting

/// The program, for any implementation of the kernel's interface.
struct Program<Kernel: KernelInterface> {
  let kernel: Kernel

  /// Runs the command line and returns the exit status.
  func run(_ arguments: some Sequence<String>) -> Int32 {
    do throws(Stop) {
      let settings = try Settings(arguments)
      if settings.isTalkative {
        for note in settings.notes { say("note: " + note) }
      }
      return try perform(settings)
    } catch {
      // If a file changed meanwhile, that is the cause, and the file itself is not at fault.
      let stop = kernel.changedFile().map { Stop(changed: $0) } ?? error
      tell(stop)
      return stop.status.rawValue
    }
  }

  private func perform(_ settings: Settings) throws(Stop) -> Int32 {
    switch settings.verb {
    case .help: try print(HelpText.usage)
    case .version: try print(HelpText.version)
    case .status: return try status(settings)
    case .printCrashBytes: try printCrashBytes()
    case .snapshot: try snapshot(settings)
    case .check: return try check(try choosing(settings))
    case .listEntries: try listEntries(settings)
    case .verifyBoot: return try verifyBoot(settings)
    case .unload: try unload(settings)
    case .exec: try start(settings)
    case .loadPlan: return try loadPlan(settings)
    case .load, .loadAndShutDown:
      let status = try load(try choosing(settings))
      guard status == 0, !settings.dryRun, settings.verb == .loadAndShutDown else { return status }
      do throws(Stop) {
        if settings.isForced { try start(settings) } else { try shutDown(settings) }
      } catch {
        var stop = error
        if !stop.hint.isEmpty { stop.hint += "; " }
        stop.hint += "the kernel is loaded: kexec -e starts it, kexec -u takes it away"
        throw stop
      }
    }
    return 0
  }

  // MARK: Output

  /// Writes a result, unless a file that it was made from changed meanwhile.
  func print(_ text: String) throws(Stop) {
    if let path = kernel.changedFile() { throw Stop(changed: path) }
    do throws(Errno) {
      try kernel.write(Array(text.utf8), to: .standardOutput)
    } catch {
      throw Stop(error, writing: "standard output")
    }
  }

  /// Writes a message. A failure to write it is ignored.
  func say(_ text: String) {
    try? kernel.write(Array((text + "\n").utf8), to: .standardError)
  }

  /// Prints an error: what, where, what to do.
  func tell(_ stop: Stop) {
    if stop.what.isEmpty { return }
    if !stop.trace.isEmpty { say(stop.trace) }
    say("error: " + PrintableText.clean(stop.what))
    if !stop.place.isEmpty { say("  at: " + PrintableText.clean(stop.place)) }
    if !stop.hint.isEmpty { say("  hint: " + stop.hint) }
  }

  /// Prints the diagnostics of a plan; notes only when the user asks for them.
  func tell(_ diagnostics: [Diagnostic], _ settings: Settings) {
    let wanted = diagnostics.filter { settings.isTalkative || $0.severity != .note }
    if wanted.isEmpty { return }
    try? kernel.write(
      Array(DiagnosticText.render(wanted, style: .plain, width: 100).utf8), to: .standardError)
  }
}

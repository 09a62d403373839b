// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import LinuxInterface
import PhysicalMemory

extension Program {
  /// `--check`: goes through what a load and a jump need, one line each: ok, warning or error, with
  /// its code and what to do. Needs no root where the answer can be had without.
  ///
  /// - Returns: 1 when a line is an error.
  func check(_ settings: Settings) throws(Stop) -> Int32 {
    var checks = MachineChecks(try facts())
    var machine: MachineState?
    do throws(Stop) {
      machine = try DeviceBoot.machine(settings, kernel)
    } catch {
      checks.add(.error, "KX001", error.what, hint: error.hint)
    }
    if let machine { checks.addMachine(machine) }
    if settings.kernel != nil, machine != nil {
      do throws(Stop) {
        let boot = try DeviceBoot(settings, on: kernel, digests: false)
        checks.addBoot(boot)
        if boot.plan.fits { checks.addCall(try SegmentAssembly(boot).call(), boot.machine) }
      } catch {
        checks.add(.error, "KX009", error.what, hint: error.hint)
      }
    }
    var text = ""
    for line in checks.lines {
      text += line.mark + "  " + line.code + "  " + PrintableText.clean(line.message) + "\n"
      if !line.hint.isEmpty { text += "                " + line.hint + "\n" }
    }
    try print(text)
    return checks.lines.contains { $0.severity == .error } ? ExitStatus.failed.rawValue : 0
  }
}

/// What a check found.
struct CheckLine: Equatable {
  enum Severity { case ok, warning, error }

  let severity: Severity
  let code: String
  let message: String
  let hint: String

  /// The word that begins the line, as wide as the widest.
  var mark: String {
    switch severity {
    case .ok: "ok     "
    case .warning: "warning"
    case .error: "error  "
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import LinuxInterface
import PhysicalMemory
import Reporting

extension Program {
  /// `--check`: checks every condition of a load and a jump. Each gets one line: ok, warning or
  /// error, with its code and what to do. Root is needed only for answers that only root can read.
  ///
  /// - Returns: 1 when a line is an error.
  func check(_ settings: Settings) throws(Stop) -> Int32 {
    var checks = MachineChecks()
    var machine: MachineState?
    var failure: Stop?
    do throws(Stop) {
      machine = try DeviceBoot.machine(settings, kernel)
    } catch {
      // A machine file holds nothing else.
      if settings.machine != nil { throw error }
      failure = error
    }
    // With a machine file, its facts replace those of this machine.
    if let machine, settings.machine != nil {
      checks.addKernel(machine.tellsFacts ? machine.facts : nil, machine.configuration)
    } else {
      checks.addKernel(try facts(), machine?.configuration)
    }
    if let failure { checks.add(.error, .machineRead, failure.what, hint: failure.hint) }
    if let machine { checks.addMachine(machine) }
    if settings.kernel != nil, case .some = machine {
      do throws(Stop) {
        let boot = try DeviceBoot(settings, on: kernel, digests: false)
        checks.addPlan(boot.plan)
        let live = settings.machine == nil
        checks.addConsole(boot) { live ? console($0) : nil }
        checks.addRoot(boot)
        if boot.plan.fits { checks.addSegments(boot) }
      } catch {
        checks.add(.error, .everythingPlaced, error.what, hint: error.hint)
      }
    }
    try print(settings.json ? Self.document(checks.lines) : Self.text(checks.lines))
    return checks.lines.contains { $0.severity == .error } ? ExitStatus.failed.rawValue : 0
  }

  /// Finds the device behind a console of the running kernel; nil when it has no such console, or
  /// the device does not come from a tree.
  private func console(_ name: String) -> MachineChecks.Console? {
    let path = "/sys/class/tty/" + name
    guard !name.utf8.contains(0x2f), (try? kernel.fileStatus(path)) != nil else { return nil }
    let node = path + "/device/of_node/"
    return MachineChecks.Console(
      compatible: try? kernel.readFile(node + "compatible", limit: 4096),
      registers: try? kernel.readFile(node + "reg", limit: 4096))
  }

  private static func text(_ lines: [Diagnostic]) -> String {
    var text = ""
    for line in lines {
      text += line.severity.rawValue
      for _ in line.severity.rawValue.utf8.count..<9 { text += " " }
      text += line.code.description + "  " + PrintableText.clean(line.message) + "\n"
      if !line.hint.isEmpty { text += "                " + line.hint + "\n" }
    }
    return text
  }

  private static func document(_ lines: [Diagnostic]) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", 1)
      writer.array("checks") { writer in
        for line in lines {
          writer.object { writer in
            writer.string("code", line.code.description)
            writer.string("severity", line.severity.rawValue)
            writer.string("message", line.message)
            writer.string("hint", line.hint)
          }
        }
      }
    }
    writer.finish()
    return writer.text
  }
}

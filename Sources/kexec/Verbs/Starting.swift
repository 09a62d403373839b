// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

extension Program {
  /// `-e`: starts the loaded kernel. What is not on disk by then is lost.
  func start(_ settings: Settings) throws(Stop) {
    let facts = try facts()
    guard facts.isLoaded != false else {
      throw Stop(
        what: "no kernel is loaded", hint: "load one first: kexec -l KERNEL --append=TEXT",
        status: .failed)
    }
    if let path = settings.log { try log(path) }
    if !settings.leavesInterfaces {
      do throws(LinuxInterfaceError) {
        let names = try kernel.takeInterfacesDown()
        if settings.isTalkative {
          for name in names { say("note: network interface " + name + " was taken down") }
        }
      } catch {
        // A kernel without network has nothing to take down.
        if settings.isTalkative { say("note: " + error.description) }
      }
    }
    if !settings.skipsSync { kernel.sync() }
    do throws(Errno) {
      try kernel.rebootIntoLoadedKernel()
    } catch {
      throw Stop(KexecRebootError(error, facts))
    }
  }

  /// Writes down what will be started, before it is too late.
  private func log(_ path: String) throws(Stop) {
    let known = try? kernel.readFile(LoadRecord.path, limit: 1 << 20)
    let time = (try? kernel.read(.realTime)).map { LoadRecord.timeText($0.seconds) } ?? "unknown"
    let text = "kexec: starting the loaded kernel at " + time + "\n"
    let record = known.flatMap { $0.isEmpty ? nil : $0 } ?? Array("nothing known of it\n".utf8)
    do throws(Errno) {
      try kernel.writeFile(path, Array(text.utf8) + record, mode: .append)
    } catch {
      throw Stop(
        what: "'" + path + "' cannot be written: " + error.description, hint: "nothing was started",
        status: .unwritable)
    }
  }

  /// Without a verb: the init system ends everything in order and starts the loaded kernel.
  func shutDown() throws(Stop) {
    let isSystemd = (try? kernel.fileStatus("/run/systemd/system")) != nil
    let program = isSystemd ? ["systemctl", "kexec"] : ["shutdown", "-r", "now"]
    let name = program.joined(separator: " ")
    let end: ProgramEnd
    do throws(Errno) {
      end = try kernel.run(program)
    } catch {
      throw Stop(
        what: "the kernel is loaded, but '" + name + "' could not be run: " + error.description,
        hint: "start it with kexec -e", status: .callFailed)
    }
    guard case .exited(0) = end else {
      throw Stop(
        what: "the kernel is loaded, but '" + name + "' failed: " + end.description,
        hint: "start it with kexec -e", status: .callFailed)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

extension Program {
  /// `-e`: starts the loaded kernel. Data that is not on disk by then is lost.
  ///
  /// Disks are synchronized first: some are reached over the network.
  func start(_ settings: Settings) throws(Stop) {
    let facts = try facts()
    guard facts.isLoaded != false else {
      throw Stop(
        what: "no kernel is loaded", hint: "load one first: kexec -l KERNEL --append=TEXT",
        status: .failed)
    }
    // A kernel whose /sys has no kexec files has no kexec.
    if facts.isLoaded == nil, (try? kernel.fileStatus("/sys/kernel")) != nil {
      throw Stop(KexecRebootError(.noSuchCall, facts))
    }
    if facts.mayBoot == false { throw Stop(KexecRebootError(.notPermitted, facts)) }
    if let path = settings.log { try log(path, "starting the loaded kernel") }
    if !settings.skipsSync { kernel.sync() }
    let network = settings.leavesInterfaces ? nil : NetworkState(of: kernel)
    let interfaces = settings.leavesInterfaces ? [] : takeInterfacesDown(settings)
    do throws(Errno) {
      try kernel.rebootIntoLoadedKernel()
    } catch {
      putInterfacesUp(interfaces)
      if let network { restore(network) }
      throw Stop(KexecRebootError(error, facts))
    }
  }

  /// Takes the network interfaces down; names those that fail.
  private func takeInterfacesDown(_ settings: Settings) -> [NetworkInterface] {
    let (down, failures) = kernel.takeInterfacesDown()
    for failure in failures {
      if failure.isWithoutNetwork, !settings.isTalkative { continue }
      say("warning: " + failure.description)
    }
    if settings.isTalkative {
      for interface in down { say("note: network interface " + interface.name + " was taken down") }
    }
    return down
  }

  /// Puts the interfaces up again: a machine that goes on running must be reachable.
  private func putInterfacesUp(_ interfaces: [NetworkInterface]) {
    for interface in interfaces {
      do throws(Errno) {
        try kernel.setFlags(interface.flags, ofInterface: interface.name)
        say(
          "warning: network interface " + interface.name + " was down, is up again")
      } catch {
        say("warning: network interface " + interface.name + " stays down: " + error.description)
      }
    }
  }

  /// Restores addresses and routes, or names those that are gone.
  private func restore(_ network: NetworkState) {
    for command in network.lost(in: NetworkState(of: kernel)) { _ = try? kernel.run(command) }
    for command in network.lost(in: NetworkState(of: kernel)) {
      say("warning: lost with its interface, bring it back: " + command.joined(separator: " "))
    }
  }

  /// Without a verb: the init system stops every service and starts the loaded kernel.
  func shutDown(_ settings: Settings) throws(Stop) {
    if let path = settings.log { try log(path, "starting the loaded kernel") }
    let program = isSystemd() ? ["systemctl", "kexec"] : ["shutdown", "-r", "now"]
    let name = program.joined(separator: " ")
    let end: ProgramEnd
    do throws(Errno) {
      end = try kernel.run(program)
    } catch {
      throw Stop(
        what: "'" + name + "' could not be run: " + error.description,
        hint: "look at the log of the init system", status: .callFailed)
    }
    guard case .exited(0) = end else {
      throw Stop(
        what: "'" + name + "' failed: " + end.description,
        hint: "look at the log of the init system", status: .callFailed)
    }
  }

  private func isSystemd() -> Bool {
    let path = "/run/systemd/system"
    do throws(Errno) {
      _ = try kernel.fileStatus(path)
      return true
    } catch {
      if error != .noSuchFile, error != .notDirectory {
        say("warning: '" + path + "' could not be looked up: " + error.description)
      }
      return false
    }
  }
}

extension LinuxInterfaceError {
  /// Whether the running kernel was built without network. Source: Linux 6.1, EAFNOSUPPORT is 97.
  fileprivate var isWithoutNetwork: Bool {
    if case .system(let errno, _) = problem {
      errno == .noSuchCall || errno.rawValue == 97
    } else {
      false
    }
  }
}

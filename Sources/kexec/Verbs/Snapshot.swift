// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

extension Program {
  /// `--snapshot FILE`: writes the facts that a plan for this machine is made from.
  func snapshot(_ settings: Settings) throws(Stop) {
    let state: MachineState
    do throws(LinuxInterfaceError) {
      state = try MachineState.read(from: kernel)
    } catch {
      throw Stop(error)
    }
    let bytes = MachineSnapshot.bytes(of: state)
    do throws(Errno) {
      if settings.verbFile == "-" {
        try kernel.write(bytes, to: .standardOutput)
      } else {
        try kernel.writeFile(settings.verbFile, bytes, mode: .replace)
      }
    } catch {
      throw Stop(error, writing: settings.verbFile)
    }
    if case .none = state.parameters {
      say("warning: the snapshot holds no device tree: the kernel shows none, or not to you")
    }
    if state.configuration == nil {
      say("note: the snapshot holds no kernel configuration: there is no /proc/config.gz")
    }
  }
}

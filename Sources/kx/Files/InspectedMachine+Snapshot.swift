// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
import Reporting

extension InspectedMachine {
  /// Reads a snapshot; nil when the file is another kind of archive, which may begin alike.
  init?(snapshot file: InputFile) {
    guard MachineSnapshot.isSnapshot(file.span), let state = try? MachineSnapshot.read(file.span)
    else { return nil }
    self.init(
      release: state.facts.release, machine: state.facts.machine, pageBytes: state.facts.pageBytes,
      memory: state.memory, tree: state.parameters.tree, commandLine: state.commandLine,
      files: state.files.map { $0.name.rawValue })
  }
}

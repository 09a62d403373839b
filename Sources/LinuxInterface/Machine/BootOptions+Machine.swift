// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import Handover

extension BootOptions {
  /// Takes over the facts of a machine; a live one and a snapshot give the same.
  public mutating func take(_ machine: MachineState) {
    memory = machine.memory
    runningTree = machine.parameters.tree
    if case .deviceTree(_, _, .live) = machine.parameters { runningTreeIsLive = true }
    runningATAGs = machine.parameters.atags
    runningCommandLine = machine.commandLine
    if machine.tellsFacts, let architecture = machine.facts.architecture?.planned {
      jumper = .runningKernel(
        RunningKernel(architecture, release: KernelRelease(machine.facts.release)))
    }
    pageBytes = machine.facts.pageBytes
    processor = machine.processor
    loadMemory = LoadMemory(
      total: machine.facts.memoryTotal, available: machine.facts.memoryAvailable)
  }
}

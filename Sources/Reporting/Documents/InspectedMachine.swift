// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import PhysicalMemory

/// The machine in a snapshot, for a report.
public struct InspectedMachine: Sendable {
  /// The release of the kernel that ran; empty when it is unknown.
  public var release: String
  /// The output of `uname -m`; empty when it is unknown.
  public var machine: String
  /// The size of a page.
  public var pageBytes: ByteCount
  /// The RAM.
  public var memory: MemoryMap
  /// The tree that the machine ran with; nil when it had none.
  public var tree: DeviceTree?
  /// The command line that the kernel ran with; nil when it is unknown.
  public var commandLine: String?
  /// The names of the files in the snapshot.
  public var files: [String]

  /// Groups the facts about a machine.
  public init(
    release: String, machine: String, pageBytes: ByteCount, memory: MemoryMap, tree: DeviceTree?,
    commandLine: String?, files: [String]
  ) {
    self.release = release
    self.machine = machine
    self.pageBytes = pageBytes
    self.memory = memory
    self.tree = tree
    self.commandLine = commandLine
    self.files = files
  }
}

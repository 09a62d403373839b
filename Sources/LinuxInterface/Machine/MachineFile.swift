// SPDX-License-Identifier: Apache-2.0

/// One of the files that describe the state of a machine.
public struct MachineFile: Hashable, Sendable {
  /// The name of a file in a snapshot, in the snapshot's order.
  public enum Name: String, CaseIterable, Hashable, Sendable {
    /// Lines of `key=value`; see ``KernelFacts/lines``.
    case facts
    /// /proc/iomem.
    case iomem
    /// /proc/cmdline.
    case commandLine = "cmdline"
    /// /sys/firmware/fdt.
    case fdt
    /// /proc/device-tree, flattened.
    case liveTree = "device-tree"
    /// /proc/atags.
    case atags
    /// The kernel's .config, inflated.
    case configuration = "config"
    /// /proc/cpuinfo.
    case cpuinfo

    /// The original of the file, for messages.
    public var source: String {
      switch self {
      case .facts: "facts"
      case .iomem: "/proc/iomem"
      case .commandLine: "/proc/cmdline"
      case .fdt: "/sys/firmware/fdt"
      case .liveTree: "/proc/device-tree"
      case .atags: "/proc/atags"
      case .configuration: "kernel configuration"
      case .cpuinfo: "/proc/cpuinfo"
      }
    }
  }

  /// The name of the file.
  public let name: Name
  /// The bytes.
  public let bytes: [UInt8]

  /// Groups a name and bytes.
  public init(_ name: Name, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

// SPDX-License-Identifier: Apache-2.0

/// One of the files that hold the state of a machine, as it was read there.
public struct MachineFile: Hashable, Sendable {
  /// The name of a file in a snapshot, in the order in which they stand there.
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

    /// What the file is a copy of, for messages.
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

  /// Which file it is.
  public let name: Name
  /// The bytes.
  public let bytes: [UInt8]

  /// Keeps a file.
  public init(_ name: Name, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

// SPDX-License-Identifier: Apache-2.0
public import DeviceTree

/// The description of the machine that the running kernel was started with.
public enum RunningParameters: Hashable, Sendable {
  /// The place that a tree was read from.
  public enum TreeOrigin: String, Hashable, Sendable {
    /// The bytes the kernel was started with.
    case firmware = "/sys/firmware/fdt"
    /// The current tree of the kernel, assembled from its files. They lack the memory reservation
    /// block, so reservations that stood only there are unknown.
    case live = "/proc/device-tree"
  }

  /// A device tree: the flattened bytes, and their content.
  case deviceTree([UInt8], DeviceTree, TreeOrigin)
  /// An ATAG list: the bytes, and their content.
  ///
  /// The machine number that goes with it is not available: `/proc/cpuinfo` has only a name and a
  /// revision. The running kernel passes its own number on in r1; a trampoline that sets r1 must be
  /// given it.
  case atags([UInt8], ATAGList)
  /// Neither a tree nor a list.
  case none

  /// The tree; nil without one.
  public var tree: DeviceTree? {
    if case .deviceTree(_, let tree, _) = self { tree } else { nil }
  }

  /// The list of ATAGs; nil without one.
  public var atags: ATAGList? {
    if case .atags(_, let list) = self { list } else { nil }
  }
}

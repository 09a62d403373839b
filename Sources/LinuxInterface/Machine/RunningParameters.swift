// SPDX-License-Identifier: Apache-2.0
public import DeviceTree

/// What the running kernel was told of the machine when it was started.
public enum RunningParameters: Hashable, Sendable {
  /// Where a tree was read.
  public enum TreeOrigin: String, Hashable, Sendable {
    /// The bytes the kernel was started with.
    case firmware = "/sys/firmware/fdt"
    /// The tree the kernel holds now, put together from its files: the memory reservation block
    /// is not among them, so reservations that stood only there are not known.
    case live = "/proc/device-tree"
  }

  /// A device tree: the flattened bytes, and what they hold.
  case deviceTree([UInt8], DeviceTree, TreeOrigin)
  /// An ATAG list: the bytes, and what they hold.
  ///
  /// The machine number that goes with it is not told anywhere: `/proc/cpuinfo` has a name and a
  /// revision only. The running kernel passes its own number on in r1; who sets r1 by a
  /// trampoline must be given it.
  case atags([UInt8], ATAGList)
  /// Neither.
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

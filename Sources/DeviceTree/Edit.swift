// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// One change of a tree, to show to the user.
public enum Edit: Hashable, Sendable {
  /// The command line was set; `old` is the previous value.
  case commandLineSet(old: String?, new: String)
  /// The command line was removed.
  case commandLineRemoved(old: String)
  /// The initial ramdisk was set to a range.
  case initrdSet(PhysicalRange)
  /// A property that belongs to the running kernel was removed.
  case propertyRemoved(path: String, name: String)
  /// A memory reservation was removed because the data that it protected are no longer needed.
  case memoryReservationRemoved(MemoryReservation, why: String)
  /// A random seed was replaced by fresh bytes of the same length.
  case seedReplaced(path: String, name: String, length: ByteCount)
  /// A memory node was added, since there was no RAM, for the given reason.
  case memoryAdded(path: String, ranges: [PhysicalRange], because: DeviceTree.MissingMemory)
  /// A fragment of an overlay was merged into a node.
  case fragmentApplied(name: String, target: String)
}

extension Edit: CustomStringConvertible {
  /// The change as a clause: `/chosen: rng-seed removed`. Seeds themselves are never shown.
  public var description: String {
    switch self {
    case .commandLineSet(let old, let new):
      if let old {
        "bootargs changed from \"" + old + "\" to \"" + new + "\""
      } else {
        "bootargs set to \"" + new + "\""
      }
    case .commandLineRemoved(let old): "bootargs \"" + old + "\" removed"
    case .initrdSet(let range): "initrd set to " + range.description
    case .propertyRemoved(let path, let name): path + ": " + name + " removed"
    case .memoryReservationRemoved(let entry, let why):
      "memory reservation "
        + (entry.range?.description ?? PhysicalAddress(entry.address).description)
        + " removed: " + why
    case .seedReplaced(let path, let name, let length):
      path + ": " + name + " replaced by " + length.description + " of fresh random"
    case .memoryAdded(let path, let ranges, _):
      path + " added: " + ranges.map { $0.description }.joined(separator: ", ")
    case .fragmentApplied(let name, let target): "overlay " + name + " merged into " + target
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Something that can be booted, as a boot loader's configuration or the names of files tell it.
///
/// Paths are as they are written there: whose root they start from depends on where that was found.
/// It is a class, since copies of so many texts would be a tenth of the code that reads them.
public final class BootEntry {
  /// What tells of an entry.
  public enum Origin: String, CaseIterable, Hashable, Sendable {
    /// A file of the Boot Loader Specification, type 1.
    case bls
    /// A label of extlinux.conf, as U-Boot reads it.
    case extlinux
    /// An option of petitboot.conf.
    case petitboot
    /// A kernel beside its initrd, told by their names.
    case boot
  }

  /// What tells of it.
  public let origin: Origin
  /// By what it is chosen: the file's name, the label, the option's name, the kernel's version.
  public var id: String
  /// What a menu shows.
  public var title: String?
  /// The version of the kernel.
  public var version: String?
  /// What kernels of one system are sorted by.
  public var sortKey: String?
  /// The system it belongs to.
  public var machineID: String?
  /// The architecture it is for, by UEFI's names.
  public var architecture: String?
  /// The kernel; empty when none is named.
  public var kernel = ""
  /// The configuration of a FIT, that is named behind the kernel.
  public var fitConfiguration: String?
  /// The initial ramdisks in order.
  public var initrds: [String] = []
  /// The command line; nil when the entry has none of its own, as a kernel in /boot.
  public var options: String?
  /// The device tree.
  public var deviceTree: String?
  /// A folder in which the boot loader looks for the tree of its board.
  public var deviceTreeFolder: String?
  /// Overlays for the tree.
  public var overlays: [String] = []
  /// Whether the configuration names it as the one to boot.
  public var isDefault = false
  /// How often it may still be tried; nil when tries are not counted. 0 marks a bad entry.
  public var triesLeft: Int?
  /// How often it was tried; nil when that is not counted.
  public var triesDone: Int?
  /// What it boots that is no Linux kernel: `efi`, `localboot`.
  public var foreign: String?

  /// What was noticed while it was read.
  public var notes: [String] = []
  /// The first line that means nothing to the reader, with its number.
  public var unknown: String?

  /// Begins an entry.
  public init(_ origin: Origin, id: String) {
    self.origin = origin
    self.id = id
  }

  /// Sorts entries, alone or with what they are sorted by; those that are equal stay in their order.
  ///
  /// - Parameters:
  ///   - entries: The entries.
  ///   - compare: Negative when the first comes first, 0 when none does, else positive.
  /// - Returns: The entries in order.
  static func sorted<Element>(
    _ entries: [Element], by compare: (Element, Element) -> Int
  ) -> [Element] {
    var sorted: [Element] = []
    for entry in entries {
      var low = 0
      var high = sorted.count
      while low < high {
        let middle = (low + high) / 2
        if compare(sorted[middle], entry) <= 0 { low = middle + 1 } else { high = middle }
      }
      sorted.insert(entry, at: low)
    }
    return sorted
  }
}

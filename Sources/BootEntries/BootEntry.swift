// SPDX-License-Identifier: Apache-2.0

/// A bootable entry, from a boot loader's configuration or from the names of files.
///
/// Paths are as the source writes them: the place of the source decides where they start from. It
/// is a class because copies of so many texts would be a tenth of the code that reads them.
package final class BootEntry {
  /// The kind of source of an entry.
  package enum Origin: String, CaseIterable, Hashable, Sendable {
    /// A file of the Boot Loader Specification, type 1.
    case bls
    /// A label of extlinux.conf, as U-Boot reads it.
    case extlinux
    /// An option of petitboot.conf.
    case petitboot
    /// A kernel beside its initrd, found by their names.
    case boot
  }

  package let origin: Origin
  /// The name by which it is chosen: that of the file, the label or the option, or the version.
  package var id: String
  /// The text for a menu.
  package var title: String?
  /// The version of the kernel.
  package var version: String?
  /// The key by which kernels of one system are sorted.
  package var sortKey: String?
  /// The machine ID of the system it belongs to.
  package var machineID: String?
  /// The architecture it is for, by UEFI's names.
  package var architecture: String?
  /// The kernel; empty when none is named.
  package var kernel = ""
  /// The configuration of a FIT, if one is named behind the kernel.
  package var fitConfiguration: String?
  /// The initial ramdisks in order.
  package var initrds: [String] = []
  /// The command line; nil when the entry has none of its own, as a kernel in /boot.
  package var options: String?
  package var deviceTree: String?
  /// A folder in which the boot loader looks for the tree of its board.
  package var deviceTreeFolder: String?
  /// Overlays for the tree.
  package var overlays: [String] = []
  /// Whether the configuration names it as the one to boot.
  package var isDefault = false
  /// The number of tries left; nil when tries are not counted. 0 marks a bad entry.
  package var triesLeft: Int?
  /// The number of tries done; nil when they are not counted.
  package var triesDone: Int?
  /// The kind of boot, if it boots no Linux kernel: `efi`, `localboot`.
  package var foreign: String?

  /// Remarks of the reader.
  package var notes: [String] = []
  /// The first line that the reader does not know, with its number.
  package var unknown: String?

  package init(_ origin: Origin, id: String) {
    self.origin = origin
    self.id = id
  }

  /// Sorts entries, alone or with their sort keys; equal ones keep their order.
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

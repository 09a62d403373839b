// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The order in which a boot loader shows entries of the Boot Loader Specification; it boots the first.
///
/// Source: UAPI.1 Boot Loader Specification 1.0, "Sorting" and "Boot counting"; which of two equal
/// entries is tried first follows systemd-boot(7): the one with more tries left, then with fewer done.
package enum SpecificationOrder {
  /// Sorts entries, those whose tries are used up last.
  package static func sorted(_ entries: [BootEntry]) -> [BootEntry] {
    BootEntry.sorted(entries) { compare($0, $1) }
  }

  private static func compare(_ one: BootEntry, _ other: BootEntry) -> Int {
    let isBad = (one.triesLeft == 0, other.triesLeft == 0)
    if isBad.0 != isBad.1 { return isBad.0 ? 1 : -1 }
    if (one.sortKey == nil) != (other.sortKey == nil) { return one.sortKey == nil ? 1 : -1 }
    if let key = one.sortKey, let against = other.sortKey {
      var order = compare(key, against)
      if order == 0 { order = compare(one.machineID ?? "", other.machineID ?? "") }
      if order == 0 {
        order = SpecificationVersion.compare(other.version ?? "", one.version ?? "")
      }
      if order != 0 { return order }
    }
    let order = SpecificationVersion.compare(other.id, one.id)
    if order != 0 { return order }
    let left = (other.triesLeft ?? .max).compare(one.triesLeft ?? .max)
    return left == 0 ? (one.triesDone ?? 0).compare(other.triesDone ?? 0) : left
  }

  private static func compare(_ one: String, _ other: String) -> Int {
    if one == other { return 0 }
    return one.isBefore(other) ? -1 : 1
  }
}

extension Int {
  fileprivate func compare(_ other: Int) -> Int { self == other ? 0 : self < other ? -1 : 1 }
}

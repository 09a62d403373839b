// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import BootEntries

/// Which entry is wanted in place of a kernel's file.
struct EntryWish: Equatable {
  /// Whether the newest kernel is wanted, whatever a configuration says.
  var isNewest = false
  /// Where entries are looked for; nil for everywhere that the wish allows.
  var origin: BootEntry.Origin?
  /// The file, or the folder, in place of the usual ones; it is not below the root.
  var place: String?
  /// The entry by its name.
  var id: String?

  /// Reads `bls` or `boot=/mnt/boot`; nil when the word is none that is known.
  mutating func take(_ text: String) -> Bool {
    let parts = text.pieces(at: UInt8(ascii: "="), keepsEmpty: true, cuts: 1)
    guard let word = parts.first, let origin = BootEntry.Origin(rawValue: word) else {
      return false
    }
    self.origin = origin
    place = parts.count > 1 ? parts[1] : nil
    return place != ""
  }

  /// Where is looked, in this order. What a configuration names as its default need not be new, so
  /// the newest is looked for only where all that there is has a version.
  var origins: [BootEntry.Origin] {
    if let origin { return [origin] }
    return isNewest ? [.bls, .boot] : BootEntry.Origin.allCases
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import BootEntries

/// The boot entry that the user wants in place of a kernel's file.
struct EntryWish: Equatable {
  /// Whether the newest kernel is wanted, whatever the default of a configuration is.
  var isNewest = false
  /// The kind of place where entries are looked for; nil for every kind.
  var origin: BootEntry.Origin?
  /// The file or folder in place of the usual ones; the root is not put in front of it.
  var place: String?
  /// The name of the entry.
  var id: String?

  /// Reads `bls` or `boot=/mnt/boot`; false when the word is unknown.
  mutating func take(_ text: String) -> Bool {
    let parts = text.pieces(at: UInt8(ascii: "="), keepsEmpty: true, cuts: 1)
    guard let word = parts.first, let origin = BootEntry.Origin(rawValue: word) else {
      return false
    }
    self.origin = origin
    place = parts.count > 1 ? parts[1] : nil
    return place != ""
  }

  /// The kinds of places that are searched, in order. The default of a configuration need not be
  /// the newest kernel, so the newest is searched only where every entry has a version.
  var origins: [BootEntry.Origin] {
    if let origin { return [origin] }
    return isNewest ? [.bls, .boot] : BootEntry.Origin.allCases
  }
}

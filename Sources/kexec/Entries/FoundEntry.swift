// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import BootEntries

/// An entry with its files as they are found on this machine.
final class FoundEntry {
  let entry: BootEntry
  /// The file or the folder that tells of it.
  let source: String
  /// The folder that paths without a slash in front start from.
  let folder: String
  /// The roots that paths with one start from, the likelier first.
  let roots: [String]

  /// The files, once they are looked for.
  var kernel = ""
  var initrds: [String] = []
  var deviceTree: String?
  var overlays: [String] = []
  /// Why it cannot be taken; nil when it can.
  var obstacle: String?
  /// What else was found out.
  var notes: [String] = []

  init(_ entry: BootEntry, source: String, folder: String, roots: [String]) {
    self.entry = entry
    notes = entry.notes
    self.source = source
    self.folder = folder
    self.roots = roots
  }

  /// The entry in a word or two: `boot 6.1.0-50-armmp`.
  var name: String { entry.origin.rawValue + " " + entry.id }

  /// Tells whether it is called so: by its name, or by that of its kernel's file.
  func isCalled(_ id: String) -> Bool {
    entry.id == id || entry.kernel.pieces(at: UInt8(ascii: "/")).last == id
  }
}

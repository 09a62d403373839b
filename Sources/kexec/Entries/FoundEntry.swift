// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import BootEntries

/// An entry with its files as this machine has them.
final class FoundEntry {
  let entry: BootEntry
  /// The file or the folder that defines the entry.
  let source: String
  /// The folder that relative paths start from.
  let folder: String
  /// The roots that absolute paths start from, the likelier first.
  let roots: [String]

  /// The path of the kernel, once it was looked for.
  var kernel = ""
  var initrds: [String] = []
  var deviceTree: String?
  var overlays: [String] = []
  /// Why it cannot be taken; nil when it can.
  var obstacle: String?
  /// Other findings.
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

  /// Whether `id` is the entry's name, or that of its kernel's file.
  func isCalled(_ id: String) -> Bool {
    entry.id == id || entry.kernel.pieces(at: UInt8(ascii: "/")).last == id
  }
}

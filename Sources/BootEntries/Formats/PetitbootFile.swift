// SPDX-License-Identifier: Apache-2.0

/// A petitboot.conf in petitboot's own form: each option begins with a name.
///
/// Source: petitboot, discover/native-parser.y and doc/configuration_file_formats.rst (2018).
package struct PetitbootFile {
  /// The options in order, the default one marked.
  package private(set) var entries: [BootEntry] = []
  /// The first line that this reader does not know, with its number.
  package private(set) var unknown: String?

  /// Reads a file.
  ///
  /// - Parameter bytes: The file.
  /// - Throws: ``BootEntryError`` with the line.
  package init(_ bytes: [UInt8]) throws(BootEntryError) {
    var chosen: String?
    for line in try EntryLines(bytes).lines {
      if line.name == "default" {
        let name = try line.required()
        chosen = chosen ?? name
        continue
      }
      if line.name == "name" {
        try EntryLines.check(entries.count, "options", line)
        entries.append(BootEntry(.petitboot, id: try line.required()))
        continue
      }
      guard let entry = entries.last else {
        note(line)
        continue
      }
      switch line.name {
      case "image": entry.kernel = try line.required()
      case "initrd": entry.initrds = [try line.required()]
      case "dtb": entry.deviceTree = try line.required()
      case "args": entry.options = entry.options.map { $0 + " " + line.text } ?? line.text
      case "description": entry.title = line.text
      default: note(line)
      }
    }
    for entry in entries {
      entry.options = entry.options ?? ""
      entry.isDefault = entry.id == chosen
    }
  }

  private mutating func note(_ line: EntryLines.Line) {
    unknown = unknown ?? "line " + String(line.number) + ": " + line.name
  }
}

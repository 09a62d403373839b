// SPDX-License-Identifier: Apache-2.0

/// A petitboot.conf in petitboot's own form: options that each begin with a name.
///
/// Source: petitboot, discover/native-parser.y and doc/configuration_file_formats.rst (2018).
public enum PetitbootFile {
  /// Reads a file.
  ///
  /// - Parameter bytes: The file.
  /// - Returns: The options in order, the default one marked.
  /// - Throws: ``BootEntryError`` with the line.
  public static func entries(_ bytes: [UInt8]) throws(BootEntryError) -> [BootEntry] {
    var entries: [BootEntry] = []
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
      guard var entry = entries.popLast() else { continue }
      switch line.name {
      case "image": entry.kernel = try line.required()
      case "initrd": entry.initrds = [try line.required()]
      case "dtb": entry.deviceTree = try line.required()
      case "args": entry.options = entry.options.map { $0 + " " + line.text } ?? line.text
      case "description": entry.title = line.text
      default: break
      }
      entries.append(entry)
    }
    return entries.map { entry in
      var entry = entry
      entry.options = entry.options ?? ""
      entry.isDefault = entry.id == chosen
      return entry
    }
  }
}

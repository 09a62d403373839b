// SPDX-License-Identifier: Apache-2.0
import BootEntries
import PhysicalMemory
import Reporting

extension Program {
  /// `--list-entries`: shows all entries, marks the one that would be taken, and says why the
  /// others cannot be booted.
  func listEntries(_ settings: Settings) throws(Stop) {
    let wish = settings.entry ?? EntryWish()
    let choice = try EntryChoice(wish, settings, on: kernel, isComplete: true)
    for trouble in choice.troubles { say("warning: " + PrintableText.clean(trouble)) }
    try print(settings.json ? Self.document(choice) : Self.text(choice))
  }

  private static func text(_ choice: EntryChoice) -> String {
    if choice.entries.isEmpty { return "nothing is found that could be booted\n" }
    var text = ""
    for (index, found) in choice.entries.enumerated() {
      let entry = found.entry
      var lines = [(index == choice.taken ? "* " : "  ") + found.name]
      if let title = entry.title { lines[0] += "  (" + title + ")" }
      lines.append("kernel " + (found.kernel.isEmpty ? entry.kernel : found.kernel))
      for initrd in found.initrds.isEmpty ? entry.initrds : found.initrds {
        lines.append("initrd " + initrd)
      }
      if let tree = found.deviceTree { lines.append("device tree " + tree) }
      for overlay in found.overlays { lines.append("overlay " + overlay) }
      if let options = entry.options { lines.append("command line " + options) }
      for note in found.notes { lines.append("note: " + note) }
      if let obstacle = found.obstacle { lines.append("not taken: " + obstacle) }
      lines.append("from " + found.source)
      for (number, line) in lines.enumerated() {
        text += (number == 0 ? "" : "      ") + PrintableText.clean(line) + "\n"
      }
    }
    return text
  }

  private static func document(_ choice: EntryChoice) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.number("schemaVersion", 1)
      writer.array("entries") { writer in
        for (index, found) in choice.entries.enumerated() {
          writer.object { writer in
            writer.string("origin", found.entry.origin.rawValue)
            writer.string("id", found.entry.id)
            writer.string("title", found.entry.title)
            writer.string("version", found.entry.version)
            writer.string("toldBy", found.source)
            writer.bool("taken", index == choice.taken)
            writer.string("obstacle", found.obstacle)
            writer.string("kernel", found.kernel.isEmpty ? found.entry.kernel : found.kernel)
            writer.array("initrds") { writer in
              for path in found.initrds { writer.string(nil, path) }
            }
            writer.string("deviceTree", found.deviceTree)
            writer.array("overlays") { writer in
              for path in found.overlays { writer.string(nil, path) }
            }
            writer.string("commandLine", found.entry.options)
            writer.number("triesLeft", found.entry.triesLeft.map { UInt64($0.magnitude) })
            writer.array("notes") { writer in
              for note in found.notes { writer.string(nil, note) }
            }
          }
        }
      }
    }
    writer.finish()
    return writer.text
  }
}

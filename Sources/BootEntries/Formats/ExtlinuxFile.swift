// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// An extlinux.conf, as U-Boot reads it: labels, and other files that are read in their place.
///
/// At an unknown word a boot loader ends the label; this reader goes on and notes the word.
///
/// Source: U-Boot 2025.01, boot/pxe_parse.c and boot/pxe_utils.c; for commas between initrds and
/// `menu default`, syslinux 6.03, doc/syslinux.txt.
package struct ExtlinuxFile {
  /// How deep files may include one another, this one counted: U-Boot's own limit.
  package static let depthLimit = 16

  /// An item of a file.
  package enum Item {
    /// A label.
    case label(BootEntry)
    /// Another file to be read here, and the line that names it.
    case include(String, line: Int)
  }

  /// The items of the file, in order.
  package private(set) var items: [Item] = []
  /// The label that is booted by default.
  package private(set) var defaultLabel: String?
  /// Words that this reader does not know, with their lines.
  package private(set) var unknown: [String] = []
  private var label: BootEntry?

  /// Reads a file.
  ///
  /// - Parameter bytes: The file.
  /// - Throws: ``BootEntryError`` with the line.
  package init(_ bytes: [UInt8]) throws(BootEntryError) {
    for line in try EntryLines(bytes).lines {
      try EntryLines.check(items.count, "labels", line)
      switch line.name {
      case "label":
        endLabel()
        label = BootEntry(.extlinux, id: try line.required())
      case "default", "ontimeout":
        let name = try line.required()
        // In a label, `menu default` names the label itself.
        defaultLabel = name
      case "include":
        endLabel()
        items.append(.include(try line.required(), line: line.number))
      case "menu": try takeMenu(line)
      case "timeout", "prompt", "fallback", "say", "ipappend", "kaslrseed", "background", "title",
        "text", "endtext", "serial", "console", "totaltimeout", "ui", "display", "allowoptions":
        break
      default: try takeLabel(line)
      }
    }
    endLabel()
  }

  private mutating func takeMenu(_ line: EntryLines.Line) throws(BootEntryError) {
    let words = line.words
    switch words.first {
    case "default":
      if let label, defaultLabel == nil { defaultLabel = label.id }
    case "label":
      label?.title = words.dropFirst().joined(separator: " ")
    case "include":
      guard words.count > 1 else {
        throw BootEntryError(line: line.number, problem: .noValue("menu include"))
      }
      endLabel()
      items.append(.include(words[1], line: line.number))
    default: break
    }
  }

  private mutating func takeLabel(_ line: EntryLines.Line) throws(BootEntryError) {
    guard let entry = label else { return note(line) }
    switch line.name {
    case "linux", "kernel", "fit":
      let parts = try line.required().pieces(at: UInt8(ascii: "#"), cuts: 1)
      entry.kernel = parts.first ?? ""
      entry.fitConfiguration = parts.count > 1 ? parts[1] : nil
    case "append": entry.options = line.text
    case "initrd":
      for path in try line.required().pieces(at: UInt8(ascii: ",")) {
        try EntryLines.check(entry.initrds.count, "initrds", line)
        entry.initrds.append(path)
      }
    case "fdt", "devicetree":
      let path = try line.required()
      entry.deviceTree = entry.deviceTree ?? path
    case "fdtdir", "devicetreedir":
      let path = try line.required()
      entry.deviceTreeFolder = entry.deviceTreeFolder ?? path
    case "fdtoverlays", "devicetree-overlay":
      try EntryLines.check(line.words.count, "overlays", line)
      if entry.overlays.isEmpty { entry.overlays = line.words }
    case "localboot", "com32", "boot", "bss", "pxe", "fdimage", "comboot", "cat":
      entry.foreign = line.name
    default: return note(line)
    }
  }

  private mutating func note(_ line: EntryLines.Line) {
    if unknown.count < 16 { unknown.append("line " + String(line.number) + ": " + line.name) }
  }

  private mutating func endLabel() {
    guard let entry = label else { return }
    label = nil
    if entry.options == nil { entry.options = "" }
    // Without a line of its own, the initrd stands among the options.
    if entry.initrds.isEmpty {
      for word in (entry.options ?? "").words where word.begins(with: "initrd=") {
        entry.initrds = word.without(first: 7).pieces(at: UInt8(ascii: ","))
      }
    }
    // A FIT holds the kernel, the initrd and the tree.
    let kernel = entry.kernel
    entry.initrds.removeAll { Self.names($0, kernel) }
    if let tree = entry.deviceTree, Self.names(tree, kernel) { entry.deviceTree = nil }
    items.append(.label(entry))
  }

  private static func names(_ path: String, _ kernel: String) -> Bool {
    path.pieces(at: UInt8(ascii: "#")).first == kernel
  }
}

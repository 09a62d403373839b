// SPDX-License-Identifier: Apache-2.0

/// A file of the Boot Loader Specification, type 1: one entry.
///
/// Source: UAPI.1 Boot Loader Specification 1.0, "Type #1 Boot Loader Specification Entries".
package enum SpecificationFile {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: Its name, which ends in `.conf` and may hold the number of tries left.
  /// - Returns: The entry. Unknown keys are for other boot loaders and are left out; the first of
  ///   them is noted.
  /// - Throws: ``BootEntryError`` with the line.
  package static func entry(_ bytes: [UInt8], name: String) throws(BootEntryError) -> BootEntry {
    let entry = entry(named: name)
    for line in try EntryLines(bytes).lines {
      switch line.name {
      case "title": entry.title = line.text
      case "version": entry.version = line.text
      case "machine-id": entry.machineID = line.text
      case "sort-key": entry.sortKey = line.text.isEmpty ? nil : line.text
      case "architecture": entry.architecture = line.text
      case "linux": entry.kernel = try line.required()
      case "initrd":
        try EntryLines.check(entry.initrds.count, "initrds", line)
        entry.initrds.append(try line.required())
      case "options":
        try EntryLines.check(entry.options?.utf8.count ?? 0 > 1 << 16 ? .max : 0, "options", line)
        entry.options = entry.options.map { $0 + " " + line.text } ?? line.text
      case "devicetree": entry.deviceTree = try line.required()
      // The specification does not have it, but ostree writes it.
      case "fdtdir", "devicetreedir": entry.deviceTreeFolder = try line.required()
      case "devicetree-overlay":
        try EntryLines.check(entry.overlays.count + line.words.count, "overlays", line)
        entry.overlays += line.words
      case "efi", "uki", "uki-url": entry.foreign = line.name
      default:
        entry.unknown = entry.unknown ?? "line " + String(line.number) + ": " + line.name
      }
    }
    // An entry without options has an empty command line, not that of the running kernel.
    if entry.options == nil { entry.options = "" }
    return entry
  }

  /// Begins an entry, whose name may end in `+3-1`: 3 tries left, 1 done.
  private static func entry(named name: String) -> BootEntry {
    var stem = Array(name.utf8)
    if stem.count >= 5 { stem.removeLast(5) }
    let entry = BootEntry(.bls, id: String(decoding: stem, as: UTF8.self))
    guard let plus = stem.lastIndex(of: 0x2b) else { return entry }
    let counts = stem[(plus + 1)...].split(separator: 0x2d, omittingEmptySubsequences: false)
    let numbers = counts.map { number($0) }
    guard numbers.count <= 2, numbers.allSatisfy({ $0 != nil }) else { return entry }
    entry.id = String(decoding: stem[..<plus], as: UTF8.self)
    entry.triesLeft = numbers.first ?? nil
    entry.triesDone = numbers.count > 1 ? numbers[1] : 0
    return entry
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...6).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}

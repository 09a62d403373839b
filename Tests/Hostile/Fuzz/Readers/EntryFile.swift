// SPDX-License-Identifier: Apache-2.0
@testable import BootEntries

/// What boot loaders' configurations, and the names of files, say can be booted.
enum EntryFile {
  /// Files of the Boot Loader Specification with a zero byte between them; the first line is the name.
  static func readSpecification(_ bytes: [UInt8]) {
    var entries: [BootEntry] = []
    for file in bytes.split(separator: 0).prefix(32) {
      let name = String(decoding: file.prefix { $0 != 0x0a }, as: UTF8.self)
      let text = Array(file.dropFirst(name.utf8.count + 1))
      guard let entry = try? SpecificationFile.entry(text, name: name) else { continue }
      hold(entry.origin == .bls, "an entry knows what tells of it")
      entries.append(entry)
    }
    holdOrder(SpecificationOrder.sorted(entries), of: entries, SpecificationOrder.sorted)
  }

  static func readExtlinux(_ bytes: [UInt8]) {
    guard let file = try? ExtlinuxFile(bytes) else { return }
    var labels = 0
    for case .label(let entry) in file.items {
      hold(!entry.id.isEmpty, "a label has a name")
      hold(!entry.initrds.contains(entry.kernel), "a kernel is not its own initrd")
      labels += 1
    }
    hold(labels <= bytes.count / 6, "each label was written")
  }

  static func readPetitboot(_ bytes: [UInt8]) {
    guard let entries = try? PetitbootFile(bytes).entries else { return }
    for entry in entries { hold(entry.initrds.count <= 1, "an option has one initrd") }
  }

  /// The names of files, one a line.
  static func readNames(_ bytes: [UInt8]) {
    let names = bytes.split(separator: 0x0a).prefix(200).map { String(decoding: $0, as: UTF8.self) }
    let entries = KernelFileNames.entries(in: names, of: "/boot", limit: 100).entries
    for entry in entries {
      for path in [entry.kernel] + entry.initrds {
        hold(
          path.utf8.starts(with: "/boot/".utf8) && names.contains(String(path.dropFirst(6))),
          "what is found is there")
      }
    }
    // A flavour's words are no part of the version.
    let versions = entries.compactMap { $0.version }.map { KernelFlavour($0).version }
    for (one, other) in zip(versions, versions.dropFirst()) {
      hold(DebianVersion.compareKernels(one, other) >= 0, "the newest comes first")
      hold(
        DebianVersion.compareKernels(one, other) == -DebianVersion.compareKernels(other, one),
        "of two versions one is newer, whichever is asked first")
    }
  }

  /// An order that contradicts itself gives another result when it is asked again.
  private static func holdOrder(
    _ sorted: [BootEntry], of entries: [BootEntry], _ sort: ([BootEntry]) -> [BootEntry]
  ) {
    hold(sorted.count == entries.count, "sorting loses nothing")
    hold(zip(sort(sorted), sorted).allSatisfy { $0 === $1 }, "what is sorted stays as it is")
    if let last = sorted.last {
      hold(last.triesLeft == 0 || !sorted.contains { $0.triesLeft == 0 }, "bad entries come last")
    }
  }
}

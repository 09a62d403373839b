// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Finds kernels and their initial ramdisks in a folder by their names.
package enum KernelFileNames {
  /// The kernels of a folder.
  package struct Found {
    /// An entry for each kernel, in the order in which they are taken.
    package var entries: [BootEntry] = []
    /// The number of old kernels that are left out.
    package var leftOut = 0
    /// Initial ramdisks that belong to none of the kernels, the first few of them.
    package var unpaired: [String] = []
  }

  /// The prefixes of kernel files, the usual one first.
  private static let kernels = ["vmlinuz", "zImage", "Image", "uImage"]
  /// The prefixes of initial ramdisk files.
  private static let ramdisks = ["initrd", "initramfs", "uInitrd"]
  /// The most initial ramdisks that are reported to belong to no kernel.
  private static let unpairedLimit = 8

  /// The names that the initial ramdisk of a kernel may have: Debian's, Fedora's, Arch's, those of
  /// others and of U-Boot.
  private static func initrds(of version: String) -> [String] {
    version.isEmpty
      ? ["initrd.img", "initramfs.img", "initrd", "initramfs", "uInitrd"]
      : [
        "initrd.img-" + version, "initramfs-" + version + ".img", "initrd-" + version,
        "initrd-" + version + ".img", "initramfs-" + version, "initramfs.img-" + version,
        "uInitrd-" + version,
      ]
  }

  /// Suffixes of copies, of files that a package manager replaces, and of signatures.
  private static let leftovers = [
    ".old", ".bak", ".dpkg-new", ".dpkg-old", ".dpkg-bak", ".dpkg-tmp", ".dpkg-dist", ".rpmsave",
    ".rpmnew", ".new", ".tmp", ".sig", ".asc", ".hmac", ".gpg", ".link", "~",
  ]

  /// Finds kernels in a folder.
  ///
  /// - Parameters:
  ///   - names: The names in the folder.
  ///   - folder: The folder, without a slash at its end.
  ///   - running: The release of the kernel that runs there; empty when it is unknown. Of kernels
  ///     of one version those of its flavour come first.
  ///   - limit: The most entries; for each all names are searched for its initial ramdisk.
  /// - Returns: The newest first; those of one version and flavour in the order of ``kernels``, and
  ///   kernels without a version last. Each has the initial ramdisk of its version, when there is
  ///   one; the only kernel has the only one, unless their names have different versions.
  package static func entries(
    in names: [String], of folder: String, running: String = "", limit: Int
  ) -> Found {
    var found = Found()
    let sorted = sorted(entries(in: names, of: folder), running: KernelFlavour(running))
    found.entries = Array(sorted.prefix(limit))
    found.leftOut = max(0, sorted.count - limit)
    var known: [String] = []
    for entry in found.entries {
      let own = initrds(of: entry.version ?? "")
      known += own
      if let initrd = own.first(where: { names.contains($0) }) {
        entry.initrds = [folder + "/" + initrd]
      }
    }
    // The ramdisks may belong to kernels that are left out.
    if found.entries.isEmpty || found.leftOut > 0 { return found }
    for name in names
    where found.unpaired.count < unpairedLimit && isRamdisk(name) && !known.contains(name) {
      found.unpaired.append(name)
    }
    pairTheOnly(&found, folder)
    return found
  }

  /// Pairs the only kernel with the only ramdisk. Arch's emergency ramdisk with all drivers does
  /// not count as a second one.
  private static func pairTheOnly(_ found: inout Found, _ folder: String) {
    guard found.entries.count == 1, found.entries[0].initrds.isEmpty else { return }
    let usual = found.unpaired.filter { !isFallback($0) }
    guard usual.count == 1 else { return }
    // Both names have a version, and the versions differ.
    if isDigit(found.entries[0].version?.utf8.first), tellsVersion(usual[0]) { return }
    found.entries[0].initrds = [folder + "/" + usual[0]]
    found.entries[0].notes.append(
      usual[0] + " is taken for its initrd: it is the only one beside the only kernel")
    found.unpaired = []
  }

  private static func tellsVersion(_ name: String) -> Bool {
    var isBehindDash = false
    for byte in name.utf8 {
      if isBehindDash { return isDigit(byte) }
      isBehindDash = byte == UInt8(ascii: "-")
    }
    return false
  }

  private static func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ?? false
  }

  private static func isFallback(_ name: String) -> Bool {
    name.ends(with: "-fallback.img")
  }

  private static func isRamdisk(_ name: String) -> Bool {
    ramdisks.contains { name.begins(with: $0) } && !isLeftover(name)
  }

  private static func entries(in names: [String], of folder: String) -> [BootEntry] {
    var entries: [BootEntry] = []
    for prefix in kernels {
      for name in names {
        guard let version = version(in: name, behind: prefix) else { continue }
        let entry = BootEntry(.boot, id: version.isEmpty ? name : version)
        entry.version = version.isEmpty ? nil : version
        entry.kernel = folder + "/" + name
        entries.append(entry)
      }
    }
    return entries
  }

  private static func sorted(_ entries: [BootEntry], running: KernelFlavour) -> [BootEntry] {
    let all = entries.map { (entry: $0, flavour: KernelFlavour($0.version ?? "")) }
    return BootEntry.sorted(all) { one, other in
      let order = DebianVersion.compareKernels(other.flavour.version, one.flavour.version)
      if order != 0 { return order }
      let (left, right) = (one.flavour.likeness(to: running), other.flavour.likeness(to: running))
      if left.same != right.same { return right.same - left.same }
      if !running.words.isEmpty, left.others != right.others { return left.others - right.others }
      return DebianVersion.compareKernels(other.entry.version ?? "", one.entry.version ?? "")
    }.map { $0.entry }
  }

  /// The version behind a prefix and a dash; empty when the prefix is the whole name. It is nil for
  /// another name, and for a leftover.
  private static func version(in name: String, behind prefix: String) -> String? {
    if name == prefix { return "" }
    let start = prefix + "-"
    guard name.utf8.count > start.utf8.count, name.begins(with: start), !isLeftover(name) else {
      return nil
    }
    return name.without(first: start.utf8.count)
  }

  private static func isLeftover(_ name: String) -> Bool {
    leftovers.contains { name.ends(with: $0) }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Kernels and their initial ramdisks in a folder, told by their names.
public enum KernelFileNames {
  /// How files of kernels begin, the usual one first.
  private static let kernels = ["vmlinuz", "zImage", "Image", "uImage"]

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

  /// Endings of copies, of what a package manager is about to replace, and of signatures.
  private static let leftovers = [
    ".old", ".bak", ".dpkg-new", ".dpkg-old", ".dpkg-bak", ".dpkg-tmp", ".dpkg-dist", ".rpmsave",
    ".rpmnew", ".new", ".tmp", ".sig", ".asc", ".hmac", ".gpg", ".link", "~",
  ]

  /// Finds kernels in a folder.
  ///
  /// - Parameters:
  ///   - names: The names in the folder.
  ///   - folder: The folder, without a slash at its end.
  ///   - limit: The most entries; for each all names are searched for its initial ramdisk.
  /// - Returns: An entry for each, the newest first; those of one version in the order of
  ///   ``kernels``, and kernels without a version last. Each has the initial ramdisk that goes by
  ///   its version, when there is one. And how many are left out.
  public static func entries(
    in names: [String], of folder: String, limit: Int
  ) -> (found: [BootEntry], leftOut: Int) {
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
    let sorted = BootEntry.sorted(entries) {
      DebianVersion.compareKernels($1.version ?? "", $0.version ?? "")
    }
    for entry in sorted.prefix(limit) {
      for initrd in initrds(of: entry.version ?? "")
      where entry.initrds.isEmpty && names.contains(initrd) {
        entry.initrds = [folder + "/" + initrd]
      }
    }
    return (Array(sorted.prefix(limit)), max(0, sorted.count - limit))
  }

  /// The version behind a prefix and a dash; empty when the prefix is the whole name, nil when it is
  /// another name or that of a leftover.
  private static func version(in name: String, behind prefix: String) -> String? {
    if name == prefix { return "" }
    let start = Array((prefix + "-").utf8)
    let bytes = Array(name.utf8)
    guard bytes.count > start.count, bytes.starts(with: start) else { return nil }
    for ending in leftovers {
      let ending = Array(ending.utf8)
      if bytes.count >= ending.count, bytes.suffix(ending.count).elementsEqual(ending) {
        return nil
      }
    }
    return String(decoding: bytes[start.count...], as: UTF8.self)
  }
}

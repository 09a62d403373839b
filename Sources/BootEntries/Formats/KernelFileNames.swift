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
  /// - Returns: An entry for each, the newest first; those of one version in the order of
  ///   ``kernels``, and kernels without a version last. Each has the initial ramdisk that goes by
  ///   its version, when there is one.
  public static func entries(in names: [String], of folder: String) -> [BootEntry] {
    var entries: [BootEntry] = []
    for prefix in kernels {
      for name in names {
        guard let version = version(in: name, behind: prefix) else { continue }
        var entry = BootEntry(.boot, id: version.isEmpty ? name : version)
        entry.version = version.isEmpty ? nil : version
        entry.kernel = folder + "/" + name
        for initrd in initrds(of: version) where entry.initrds.isEmpty && names.contains(initrd) {
          entry.initrds = [folder + "/" + initrd]
        }
        entries.append(entry)
      }
    }
    // The sort is not stable: the place decides between equals.
    return entries.enumerated().sorted { one, other in
      let order = DebianVersion.compareKernels(
        one.element.version ?? "", other.element.version ?? "")
      return order == 0 ? one.offset < other.offset : order > 0
    }.map { $0.element }
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

// SPDX-License-Identifier: Apache-2.0

extension UnknownContent {
  /// The bytes that identify a format.
  struct Mark {
    let bytes: [UInt8]
    let offset: Int
    let content: UnknownContent

    init(_ bytes: [UInt8], at offset: Int = 0, _ content: UnknownContent) {
      self.bytes = bytes
      self.offset = offset
      self.content = content
    }

    init(_ text: String, at offset: Int = 0, _ content: UnknownContent) {
      self.init(Array(text.utf8), at: offset, content)
    }
  }

  static let disk = Self(
    "a disk, or the first sector of one", hint: "mount it, and name the kernel that lies on it")

  private static func fileSystem(_ name: String) -> Self {
    Self(name + " file system", hint: "mount it, and name the kernel that lies on it")
  }

  private static func package(_ name: String, _ command: String) -> Self {
    Self(name, hint: "unpack it first: " + command)
  }

  /// Formats that users name by mistake in place of kernels.
  static let marks: [Mark] = [
    Mark("!<arch>\n", package("a Debian package or another archive of ar", "dpkg-deb -x FILE .")),
    Mark([0xed, 0xab, 0xee, 0xdb], package("an RPM package", "rpm2cpio FILE | cpio -id")),
    Mark([0x50, 0x4b, 0x03, 0x04], package("a zip archive", "unzip FILE")),
    Mark([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], package("a 7z archive", "7z x FILE")),
    Mark("ustar", at: 257, package("a tar archive", "tar -xf FILE")),
    Mark("hsqs", fileSystem("a squashfs")),
    Mark([0x85, 0x19], fileSystem("a jffs2")),
    Mark([0x31, 0x18, 0x10, 0x06], fileSystem("a UBIFS")),
    Mark([0x53, 0xef], at: 0x438, fileSystem("an ext")),
    Mark("FAT", at: 54, fileSystem("a FAT")),
    Mark("FAT32", at: 82, fileSystem("a FAT")),
    Mark("_BHRfS_M", at: 0x10040, fileSystem("a btrfs")),
    Mark("CD001", at: 0x8001, fileSystem("an ISO 9660")),
    Mark("UBI#", Self("a UBI image", hint: "take the kernel's volume out of it")),
    Mark([0x51, 0x46, 0x49, 0xfb], Self("a disk of QEMU", hint: disk.hint)),
    Mark("LUKS", Self("an encrypted disk", hint: "open it with cryptsetup, then mount it")),
    Mark(
      "AMLSECU!",
      Self(
        "a kernel signed or encrypted for Amlogic's secure boot (AMLSECU!)",
        hint: "only the boot loader of its device opens it; take the kernel from where it was built"
      )
    ),
    Mark(
      "KRNL",
      Self(
        "Rockchip's header (KRNL)",
        hint: "take its 8 bytes off: tail -c +9 FILE >kernel; 4 bytes of a checksum stand behind")),
    Mark(
      "-SIGNED-BY-SIGNBLOB-",
      Self("an update signed for NVIDIA's boot loader", hint: "unpack it first: blobunpack FILE")),
    Mark("LOKI", at: 0x400, Self("an image patched by Loki", hint: "undo it: loki_tool unlok")),
    Mark(
      "CHROMEOS",
      Self("a signed kernel partition of ChromeOS", hint: "unpack it: futility vbutil_kernel")),
    Mark([0x89, 0x50, 0x4e, 0x47], Self("a picture (PNG)")),
    Mark([0xff, 0xd8, 0xff], Self("a picture (JPEG)")),
    Mark("GIF8", Self("a picture (GIF)")),
    Mark("%PDF", Self("a PDF document")),
    Mark("#!", Self("a script")),
  ]
}

// SPDX-License-Identifier: Apache-2.0
import Bundles
import Inflation
import PhysicalMemory

extension ImageKind {
  /// Recognises bytes by what stands in them; nil when nothing known does.
  ///
  /// Only fixed places near the beginning are looked at, so the first 64 KiB of a file are enough.
  /// More telling marks come first: a zImage, an arm64 Image and a RISC-V Image may be EFI programs
  /// as well.
  public static func detect(_ bytes: Span<UInt8>) -> Self? {
    let reader = ByteReader(bytes)
    if BundleTag.isPresent(in: bytes) { return .bundle }
    if RetaggedZImage.isPresent(in: bytes) { return .retagged }
    if ZImageHeader.matches(bytes) { return .zImage }
    if reader.matches(ForeignImage.arm64Magic, at: 56) { return .arm64Image }
    if reader.matches(ForeignImage.riscvMagic, at: 56) { return .riscvImage }
    if reader.matches(ForeignImage.bzImageMagic, at: 0x202),
      reader.littleEndian16(at: 0x1fe) == 0xaa55
    {
      return .bzImage
    }
    if reader.matches(UImageHeader.magic, at: 0) { return .uImage }
    if reader.matches(AndroidBootHeader.magic, at: 0) { return .androidBoot }
    if reader.matches(VendorBootHeader.magic, at: 0) { return .vendorBoot }
    if reader.matches(FlattenedTreeHeader.magic, at: 0) {
      return FlattenedTree.looksLikeFIT(bytes) ? .fit : .deviceTree
    }
    if reader.matches(ELFFile.magic, at: 0) {
      let isBig = reader.byte(at: 5) == 2
      let machine = isBig ? reader.bigEndian16(at: 18) : reader.littleEndian16(at: 18)
      return machine == ELFFile.arm && reader.byte(at: 4) == 1 ? .vmlinux : .foreignELF
    }
    if reader.matches([0x4d, 0x5a], at: 0) {
      if reader.matches(ZBootHeader.magic, at: 4) { return .zboot }
      if let program = PortableExecutable(bytes) {
        return program.section(named: ".linux") == nil ? .portableExecutable : .unifiedKernelImage
      }
    }
    if CPIOArchive.matches(bytes, at: 0) { return .cpio }
    if let compression = Compression.detect(bytes) { return .compressed(compression) }
    return nil
  }

  /// Says what a file that is no kernel looks like, for the refusal.
  static func describeUnknown(_ bytes: Span<UInt8>) -> String {
    let reader = ByteReader(bytes)
    var text = true
    var zeros = true
    for index in 0..<min(bytes.count, 512) {
      let byte = bytes[index]
      if byte != 0 { zeros = false }
      if byte < 0x20 && !(0x09...0x0d).contains(byte) || byte == 0x7f { text = false }
    }
    if zeros { return "zeros" }
    if text {
      if reader.matches(Array("#!".utf8), at: 0) { return "a script" }
      if holds("<html", bytes) || holds("<!doctype", bytes) {
        return "an HTML page (a download that went wrong?)"
      }
      if holds("/dts-v1/", bytes) { return "a device tree's source; compile it with dtc" }
      return "a text file"
    }
    for (magic, name) in otherMagics where reader.matches(magic, at: 0) { return name }
    if reader.matches(Array("ustar".utf8), at: 257) { return "a tar archive" }
    if reader.matches([0x53, 0xef], at: 0x438) { return "an ext file system" }
    return "neither a kernel with a header nor an Image in which __bss_start and __bss_stop"
      + " stand; if it is a plain Image, say so with --type Image"
  }

  /// Tells whether a word of small letters stands in the first bytes, in letters of any size.
  private static func holds(_ word: String, _ bytes: Span<UInt8>) -> Bool {
    let letters = Array(word.utf8)
    let end = min(bytes.count, 512) - letters.count
    var at = 0
    while at <= end {
      var same = 0
      while same < letters.count {
        let byte = bytes[at + same]
        guard letters[same] == ((0x41...0x5a).contains(byte) ? byte + 0x20 : byte) else { break }
        same += 1
      }
      if same == letters.count { return true }
      at += 1
    }
    return false
  }

  private static let otherMagics: [([UInt8], String)] = [
    (Array("!<arch>\n".utf8), "an archive of ar, such as a Debian package"),
    ([0xed, 0xab, 0xee, 0xdb], "an RPM package"),
    ([0x50, 0x4b, 0x03, 0x04], "a zip archive"),
    (Array("hsqs".utf8), "a squashfs file system"),
    ([0x85, 0x19], "a jffs2 file system"),
    ([0x55, 0x42, 0x49, 0x23], "a UBI image"),
    ([0xd7, 0xb7, 0xab, 0x1e], "an Android table of device trees"),
    (Array("CHROMEOS".utf8), "a signed kernel partition of ChromeOS"),
    ([0x89, 0x50, 0x4e, 0x47], "a picture"),
  ]
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes below 100: the contents of a file.
extension Explanation {
  static let sizeWordDisagrees = Self(
    .sizeWordDisagrees, [.warning],
    means: """
      The size word behind the zImage's payload is not what inflating yields. The decompressor \
      trusts the word. Shown by inspect; a plan says it as KX106.
      """,
    matters: """
      The decompressor takes this word for the length of the inflated kernel, and gets out of \
      its way by it. Where the word errs, the kernel is inflated over the decompressor, or \
      more memory is written than planned.
      """,
    remedy: "Use the image handover, or get an intact kernel.",
    examples: ["kx inspect vmlinuz --verify"])

  static let sizeTableDamaged = Self(
    .sizeTableDamaged, [.warning],
    means: "The zImage's size table is damaged and is not used.",
    matters: """
      The table states size and BSS of the kernel without inflating it. Loaders that believe a \
      damaged one, kexec-tools among them, reserve too little.
      """,
    remedy: "Nothing: the figures are read from the inflated kernel.",
    examples: ["kx inspect vmlinuz --verify"])

  static let pairsDisagree = Self(
    .pairsDisagree, [.warning],
    means: """
      The inflated kernel holds several pairs that could be __bss_start and __bss_stop, and \
      they differ.
      """,
    matters: """
      The BSS is cleared when the kernel starts. Planned too small, an initrd that lies right \
      behind it would lose its first bytes.
      """,
    remedy: "Give --vmlinux FILE, or the size with --assume bss=N.",
    examples: ["kx plan vmlinuz --vmlinux vmlinux --dtb board.dtb"],
    page: "footprint.md")

  static let bssEstimated = Self(
    .bssEstimated, [.warning],
    means: """
      The size of the kernel's BSS is not known and is estimated. Shown by inspect; a plan \
      says it as KX141.
      """,
    matters: """
      The BSS is in no file, but it is written. What lies in it when the kernel starts is \
      lost.
      """,
    remedy: "Give --vmlinux FILE, or --assume bss=N.",
    examples: ["kx inspect vmlinuz --vmlinux vmlinux"],
    page: "footprint.md")

  static let textOffsetAssumed = Self(
    .textOffsetAssumed, [.warning],
    means: """
      TEXT_OFFSET is not known and is assumed. Shown by inspect; a plan says it as KX142.
      """,
    matters: """
      It says how far from the start of RAM the kernel runs. With a wrong one everything is \
      planned for the wrong place.
      """,
    remedy: "Give --vmlinux FILE, or --assume text-offset=N.",
    examples: ["kx inspect vmlinuz --vmlinux vmlinux"],
    page: "footprint.md")

  static let pageOffsetAssumed = Self(
    .pageOffsetAssumed, [.note],
    means: """
      PAGE_OFFSET is not known; the default 0xc0000000 is assumed. It limits lowmem only.
      """,
    matters: """
      It says where the kernel's virtual memory begins, and with it how much RAM is lowmem, \
      where initrd and device tree must lie.
      """,
    remedy: "For another split, give --assume page-offset=N.",
    examples: ["kx plan vmlinuz --dtb board.dtb --assume page-offset=0x80000000"])

  static let optionContradicted = Self(
    .optionContradicted, [.warning],
    means: """
      An option, or the file given with --vmlinux, contradicts what the image says. The image \
      is believed.
      """,
    matters: """
      Somebody errs: mostly the vmlinux is that of another build, and then none of its figures \
      is worth anything for this kernel.
      """,
    remedy: "Leave the option out, or name the vmlinux of this very kernel.",
    examples: ["kx inspect vmlinuz"])

  static let tableContradicted = Self(
    .tableContradicted, [.warning],
    means: "The size table and another source in the same image disagree.",
    matters: """
      Two places of one file tell two things about one kernel, which happens to damaged files \
      and to those that tools have changed.
      """,
    remedy: "Get an intact kernel; try with --verify.",
    examples: ["kx inspect vmlinuz --verify"])

  static let appendedDeviceTree = Self(
    .appendedDeviceTree, [.note],
    means: """
      Device trees stand behind the zImage. A kernel that looks there itself takes the first.
      """,
    matters: """
      A kernel with CONFIG_ARM_APPENDED_DTB takes the tree behind it and not the one that the \
      loader passes. Who passes another wonders why nothing changes.
      """,
    remedy: "Nothing; see KX113 and KX114 for what a plan does with them.",
    examples: ["kx plan vmlinuz-with-dtb --dtb other.dtb"])

  static let trailingBytes = Self(
    .trailingBytes, [.note],
    means: "A part of the file belongs to nothing known, or is not used.",
    matters: """
      What nobody reads does no harm. But a file that was put together from parts should have \
      none left over.
      """,
    remedy: "Nothing, unless the file should hold no such part.",
    examples: ["kx inspect boot.img"])

  static let notVerified = Self(
    .notVerified, [.note],
    means: "A checksum or signature could not be checked.",
    matters:
      "Checksums are known here and no keys: kx says that a file is whole, not who made it.",
    remedy: "Check it with the tool that made it, if it matters.",
    examples: ["dumpimage -l image.fit"])

  static let wrapperContradicted = Self(
    .wrapperContradicted, [.warning, .note],
    means: """
      What a wrapper says of its content is not so: a header against the data, a part named a device \
      tree that is none, an archive without its end.
      """,
    matters: """
      A header that tells something else than its data means that the wrong parts were put \
      together, or that a part was cut.
      """,
    remedy: "Check that it is the right file, and that it is whole.",
    examples: ["kx inspect boot.img"])

  static let decompressorBounded = Self(
    .decompressorBounded, [.warning],
    means: """
      A part of the decompressor's code was not recognised. An upper bound stands in for the \
      figures named.
      """,
    matters: """
      How far the decompressor reaches while it works follows from its code. Bounds make the \
      plan reserve more than is needed, never less.
      """,
    remedy: "Nothing: the bound errs large. The image handover does not need these figures.",
    examples: ["kx inspect vmlinuz"],
    page: "footprint.md")

  static let otherArchitecture = Self(
    .otherArchitecture, [.note],
    means: "The kernel is for another architecture. It is named, but not planned for.",
    matters: """
      What a kernel writes while it starts is known here for 32-bit ARM. Other kernels can be \
      looked at.
      """,
    remedy: "Use a 32-bit ARM kernel.",
    examples: ["kx inspect bzImage"])

  static let notInflated = Self(
    .notInflated, [.warning],
    means: """
      The kernel in a zImage could not be inflated: it is packed in a way that is not known \
      here, or inflating takes more memory than there is. Its figures are those of its size \
      table.
      """,
    matters: """
      Only the zImage can be handed over, which inflates itself. Nothing confirms the size \
      table, and whether the kernel is whole shows when it starts.
      """,
    remedy: """
      Compare the file's checksum with that of its source. Where the kernel can be inflated \
      by other means, name the Image.
      """,
    examples: ["kx plan vmlinuz --ram 0x40000000-0x5fffffff"])

  static let headerContradicted = Self(
    .headerContradicted, [.warning],
    means: """
      The header of the zImage contradicts the code behind it: about its length, or about the \
      byte order of data. The code is believed.
      """,
    matters: """
      What runs is the code. Loaders that believe the header cut the file too early, or take \
      what stands behind it for a part of it.
      """,
    remedy: "Get an intact kernel before another loader loads it.",
    examples: ["kx inspect vmlinuz"])
}

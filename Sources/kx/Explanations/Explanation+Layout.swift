// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes from 185 on: faults of a layout that the user or U-Boot chose.
extension Explanation {
  static let notMapped = Self(
    .notMapped, [.error],
    means: """
      With --at or --u-boot-env: an initrd or DTB lies where the new kernel does not map memory, above \
      lowmem, below its start of RAM, or in memory that it is not told of. In JSON, bytes says how many \
      lie outside.
      """,
    matters: """
      The kernel reads initrd and DTB through its linear map. What lies outside of it is not \
      found: "disabling initrd", or silence where it is the DTB.
      """,
    remedy: "Move it to where KX190 says.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb --at initrd=0xb0000000"],
    page: "check-a-layout.md")

  static let treeBeyondSections = Self(
    .treeBeyondSections, [.error],
    means: """
      With --at or --u-boot-env: the DTB ends beyond the two sections of 1 MiB (with LPAE 2 MiB) \
      that the kernel maps of it.
      """,
    matters: "The kernel crashes while it reads the tree, before its console works.",
    remedy: "Move it to where KX190 says.",
    examples: ["kx plan vmlinuz --dtb board.dtb --at dtb=0x441ff000"],
    page: "check-a-layout.md")

  static let misaligned = Self(
    .misaligned, [.error],
    means: """
      With --at or --u-boot-env: an address is no multiple of what the boot protocol asks for, 4 for a \
      zImage and ATAGs, 8 for a DTB.
      """,
    matters: "A kernel takes a misaligned r2 for none at all, and comes up without a tree.",
    remedy: "Move it to where KX190 says.",
    examples: ["kx plan vmlinuz --dtb board.dtb --at dtb=0x44000004"],
    page: "check-a-layout.md")

  static let kernelNotMapped = Self(
    .kernelNotMapped, [.error],
    means: "With --at or --u-boot-env: the kernel would run where it does not map memory.",
    matters:
      "The kernel itself must lie in memory that it is told of, and that its list of pages covers.",
    remedy: "Load the kernel where KX190 says.",
    examples: ["kx plan vmlinuz --dtb board.dtb --at kernel=0x80008000"],
    page: "check-a-layout.md")

  static let layoutLeavesLittle = Self(
    .layoutLeavesLittle, [.warning],
    means: """
      With --at or --u-boot-env: the layout leaves the kernel less memory than it needs by an \
      estimate.
      """,
    matters: "The kernel may stop for want of memory, or lose part of its initrd.",
    remedy: "Use a smaller initrd, or more RAM. --assume work=N states another figure.",
    examples: ["kx plan vmlinuz --dtb board.dtb --at kernel=0x42000000 --assume work=16M"],
    page: "footprint.md")

  static let nearestLayout = Self(
    .nearestLayout, [.note],
    means: """
      The nearest layout that holds. As little as possible is moved, and not what lies well.
      """,
    matters: "Its addresses can be used as they are; --format u-boot prints them as commands.",
    remedy: "Set the addresses.",
    examples: [
      "kx plan vmlinuz --initrd i.img --dtb board.dtb --at initrd=0x41000000 --format u-boot"
    ],
    page: "check-a-layout.md")

  static let noLayout = Self(
    .noLayout, [.note],
    means: "No layout was found in which these files hold in this memory.",
    matters: "No other addresses help.",
    remedy:
      "Use a smaller kernel or initrd, or more RAM; kx plan without --at says what is short.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb"],
    page: "check-a-layout.md")

  static let movedByUBoot = Self(
    .movedByUBoot, [.note],
    means:
      "With --u-boot-env: what U-Boot moves before the jump, where to, and by which variable.",
    matters: """
      The addresses at which files are loaded are not those at which the kernel finds them, \
      unless initrd_high and fdt_high are all ones.
      """,
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb --u-boot-env printenv.txt"],
    page: "check-a-layout.md")

  static let lostInUBoot = Self(
    .lostInUBoot, [.error],
    means: """
      With --u-boot-env: a file is lost before the jump, since it is loaded over another one or lies \
      where U-Boot copies another one.
      """,
    matters: """
      What is loaded last counts. Since 2020.10 U-Boot refuses an initrd or tree that overlaps the \
      kernel's file; of the rest it says nothing.
      """,
    remedy: "Load it where KX190 says.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb --u-boot-env printenv.txt"],
    page: "check-a-layout.md")

  static let addressNotStated = Self(
    .addressNotStated, [.warning],
    means:
      "With --u-boot-env: the environment has no address for a file, or one that is no number.",
    matters: "The file is placed as if it were for you to choose.",
    remedy: "Give the address with --at.",
    examples: [
      "kx plan vmlinuz --initrd i.img --u-boot-env printenv.txt --at initrd=0x45000000"
    ],
    page: "check-a-layout.md")

  static let pageShared = Self(
    .pageShared, [.error],
    means: """
      With --at or --u-boot-env: an initrd shares a page with the kernel or with reserved memory.
      """,
    matters: """
      The kernel reserves whole pages for its initrd. Where one of them is reserved already, it gives \
      the initrd up: \"disabling initrd\".
      """,
    remedy: "Move it to where KX190 says.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb --at initrd=0x41000800"],
    page: "check-a-layout.md")

  static let imageMisplaced = Self(
    .imageMisplaced, [.error],
    means: """
      With --at or --u-boot-env: a plain Image does not lie its text offset above a multiple of 2 MiB \
      (before Linux 5.11 16 MiB).
      """,
    matters: """
      A plain Image takes its own place for the start of RAM, and a wrong one in silence.
      """,
    remedy: "Move it to where KX190 says.",
    examples: ["kx plan vmlinuz --dtb board.dtb --handover image --at kernel=0x40108000"],
    page: "check-a-layout.md")

  static let decompressorUncached = Self(
    .decompressorUncached, [.error],
    means: """
      With --at or --u-boot-env: the decompressor, or the DTB that it reads, lies where it has no \
      cached memory.
      """,
    matters: """
      The decompressor maps 256 MiB as cached memory, and reads at odd addresses, which works only \
      there.
      """,
    remedy: "Load it where KX190 says.",
    examples: ["kx plan vmlinuz --dtb board.dtb --at kernel=0x80008000"],
    page: "check-a-layout.md")

  static let uBootHasNoRoom = Self(
    .uBootHasNoRoom, [.error],
    means: """
      With --u-boot-env: U-Boot finds no room for the initrd or the device tree, which it moves before the jump.
      """,
    matters: "U-Boot stops there, and says little about why.",
    remedy: """
      Load it where KX190 says, and raise bootm_size, initrd_high or fdt_high.
      """,
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb --u-boot-env printenv.txt"],
    page: "check-a-layout.md")

  static let uBootStartsNoImage = Self(
    .uBootStartsNoImage, [.error],
    means: """
      With --u-boot-env: the kernel is a plain Image, which U-Boot does not start on 32-bit ARM.
      """,
    matters: "U-Boot has bootz for a zImage, and bootm for a uImage.",
    remedy: "Load the zImage, or wrap the Image with mkimage.",
    examples: ["kx inspect vmlinuz"],
    page: "check-a-layout.md")
}

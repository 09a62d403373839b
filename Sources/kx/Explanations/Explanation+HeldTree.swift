// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes of parts in one file with the kernel: trees, configurations, command lines.
extension Explanation {
  static let treeUncertain = Self(
    .treeUncertain, [.warning],
    means: """
      The kernel's file holds several device trees, and it is not certain which of them is for \
      this machine: the machine is not known, none is for it, or several fit it equally.
      """,
    matters: """
      A kernel that gets the tree of another board finds no console and no disk, or drives pins \
      that it must not.
      """,
    remedy: "Say which with --dtb-index N, the first being 0; kx inspect lists them.",
    examples: ["kx inspect boot.img", "kx plan boot.img --dtb-index 2 --ram 0x80000000+1G"])

  static let treeChosen = Self(
    .treeChosen, [.note],
    means: """
      Of several device trees in the kernel's file the one was taken that fits the machine \
      best: by Qualcomm's numbers of chip and board, or by the root's compatible.
      """,
    matters: """
      The first string of the machine's compatible that a tree has, too, decides; earlier ones \
      are more special.
      """,
    remedy: "Nothing; --dtb-index N takes another.",
    examples: ["kx plan boot.img --machine board.snapshot"])

  static let treeOfAnotherBoard = Self(
    .treeOfAnotherBoard, [.warning],
    means: "The device tree that is passed is for another board than the machine.",
    matters: """
      The running tree says what the machine is. A tree that does not name it describes other \
      hardware, or is for another board of its family.
      """,
    remedy: """
      Name the right tree with --dtb FILE or --dtb-index N, or the right configuration with \
      --fit-config NAME.
      """,
    examples: ["kx inspect image.fit", "kx plan image.fit --fit-config conf-2 --dtb board.dtb"])

  static let configurationChosen = Self(
    .configurationChosen, [.note],
    means: """
      A FIT has several configurations, and one was taken: the one that fits the machine best, \
      or its default.
      """,
    matters: """
      A configuration says which kernel, ramdisk and trees go together. U-Boot chooses in the \
      same way.
      """,
    remedy: "Nothing; --fit-config NAME takes another, NAME#OVERLAY merges overlays.",
    examples: ["kx plan image.fit --fit-config conf-1#overlay-1 --ram 0x80000000+1G"])

  static let ownCommandLine = Self(
    .ownCommandLine, [.warning, .note],
    means: """
      The kernel's file has a command line of its own. It says whether that is used. A warning \
      when the running one takes its place, since nobody has said so.
      """,
    matters: """
      The image of a phone or a recovery system often needs its own command line: the running \
      one names the console and the root of another system.
      """,
    remedy: "Pass the one that is right with --append.",
    examples: ["kx plan boot.img --append 'console=ttyMSM0,115200n8'"])

  static let partUnused = Self(
    .partUnused, [.note],
    means: """
      A part of a known wrapper is not used: a second stage, the overlays for recovery, a \
      loadable, an image that no configuration names.
      """,
    matters: "What a boot loader would have used as well is missing then.",
    remedy: "Nothing, unless the new kernel needs that part: then pass it by its own option.",
    examples: ["kx inspect boot.img"])

  static let vendorMark = Self(
    .vendorMark, [.note],
    means: "A vendor's header was taken off, or a vendor's mark stands behind the image.",
    matters:
      "Boot loaders of phones look for them; a kernel that is started from Linux does not.",
    remedy: "Nothing.",
    examples: ["kx inspect boot.img"])
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes from 100 on: whether a plan can be executed, and its parts.
extension Explanation {
  static let segmentOverwritten = Self(
    .segmentOverwritten, [.error],
    means: """
      An initrd, DTB or ATAG list lies where something is written before start_kernel. In \
      JSON, bytes says how many would be lost.
      """,
    matters: """
      The kernel comes up without its initrd, or with one whose content is damaged: "unable to \
      mount root fs" or a damaged archive, for no reason that anybody sees. This is what \
      kexec-tools' estimate does to large kernels.
      """,
    remedy: "Plan with --rule exact, and without --load.",
    examples: [
      "kx plan vmlinuz --initrd initrd.img --dtb board.dtb --rule kexec-tools",
      "kx plan vmlinuz --initrd initrd.img --dtb board.dtb",
    ],
    page: "footprint.md")

  static let segmentsOverlap = Self(
    .segmentsOverlap, [.error],
    means: "Two segments overlap. The running kernel refuses such a load.",
    matters: """
      Linux compares all segments of a load with each other and answers EINVAL, without saying \
      which two. A boot loader says nothing, and the file that is loaded last overwrites the other.
      """,
    remedy:
      "Plan with --rule exact; for a layout of somebody else, move one to where KX190 says.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb"])

  static let nothingFits = Self(
    .nothingFits, [.error],
    means: """
      Nothing fits. The hint names what is known to be in the way: a word of the command line, \
      the DTB, or an option as --mem-max. Else it gives the smallest RAM that would do, with the \
      DTB naming what it names today below that RAM, and the image handover when that fits.
      """,
    matters: """
      Nothing is planned, and the notes KX104 say for each free range what is in the way. A \
      board with too little RAM, or with memory reserved in the middle, is the usual reason.
      """,
    remedy: "Free reserved memory, or use a smaller kernel or initrd, or more RAM.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb --handover image"],
    page: "footprint.md")

  static let holeRefused = Self(
    .holeRefused, [.note],
    means: "Why one free range of memory was refused.",
    matters: "It is one line of the reckoning behind KX103.",
    remedy: "Read with KX103.",
    examples: ["kx explain KX103"])

  static let sizeWordWrong = Self(
    .sizeWordWrong, [.error, .warning],
    means: """
      The size word behind the payload is not what the payload inflates to. An error when the \
      zImage's own decompressor runs, since it trusts the word; a warning when the plain Image \
      is handed over.
      """,
    matters: """
      The decompressor gets out of the way of the kernel by this word. When it is too small, \
      the kernel is inflated over the decompressor, which hangs with nothing on the console; \
      when it is too large, it writes where the plan has put something else.
      """,
    remedy: "Use --handover image, or get an intact kernel.",
    examples: ["kx plan vmlinuz --dtb board.dtb --handover image"])

  static let inReservedMemory = Self(
    .inReservedMemory, [.error],
    means: """
      A segment, or something that is written, lies in memory that is reserved. The message \
      names the reason of the reservation.
      """,
    matters: """
      Somebody else uses that memory: firmware, a crash kernel, a device that writes into it \
      by itself.
      """,
    remedy: "Plan with --rule exact, and without --load.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb"])

  static let outsideRAM = Self(
    .outsideRAM, [.error],
    means: "A segment, or something that is written, lies outside RAM.",
    matters: """
      There is nothing that could hold bytes, and the running kernel refuses such a load.
      """,
    remedy: "Plan with --rule exact, and without --load.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb"])

  static let memoryGrafted = Self(
    .memoryGrafted, [.warning],
    means: """
      The DTB tells no memory, as trees from a kernel build do. Memory nodes were grafted from \
      the machine.
      """,
    matters: "A kernel that finds no memory in its tree stops before it can print anything.",
    remedy: "Check that the DTB is for this machine.",
    examples: ["kx plan vmlinuz --dtb vexpress.dtb --machine machine.snapshot"])

  static let treeEdited = Self(
    .treeEdited, [.note],
    means: "The device tree was changed: command line, seeds, stale properties, an overlay.",
    matters: "The tree that the new kernel gets is not byte for byte the one that was named.",
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --dtb board.dtb --append console=ttyAMA0"])

  static let heldTreeTaken = Self(
    .heldTreeTaken, [.note],
    means: "A device tree in the kernel's file is taken out and passed as the DTB.",
    matters: """
      The plain Image has no decompressor that would find a tree behind it, so the tree is \
      passed in r2 like any other.
      """,
    remedy: "Give --dtb FILE to pass another.",
    examples: ["kx plan vmlinuz-with-dtb --initrd initrd.img"])

  static let heldTreeUnused = Self(
    .heldTreeUnused, [.note],
    means: "A device tree in the kernel's file is not used, because --dtb names another.",
    matters: "Two trees cannot both be used, and what was named on the command line counts.",
    remedy: "Nothing.",
    examples: ["kx inspect vmlinuz-with-dtb"])

  static let noParameters = Self(
    .noParameters, [.warning],
    means: """
      There is neither a DTB nor an ATAG list. The plan shows the memory, but no kernel boots \
      with r2 = 0. kx try refuses.
      """,
    matters: """
      Linux for ARM finds in r2 what machine it runs on. With 0 in it, it stops before its \
      console works.
      """,
    remedy: "Give --dtb FILE or --atags.",
    examples: ["kx plan vmlinuz --ram 0x40000000+512M --dtb board.dtb"])

  static let absentMemoryNamed = Self(
    .absentMemoryNamed, [.warning],
    means: """
      The DTB names memory that the machine does not list as RAM. Nothing is put there, but the new \
      kernel will use what lies above its start.
      """,
    matters: """
      The kernel takes its RAM from the tree. Where it is told of memory that is not there, it \
      crashes as soon as it uses it.
      """,
    remedy: "Use the DTB of this machine.",
    examples: [
      "kexec --snapshot=machine.snapshot",
      "kx plan vmlinuz --machine machine.snapshot",
    ],
    page: "footprint.md")

  static let boardMemoryTaken = Self(
    .boardMemoryTaken, [.note],
    means: """
      With kx try: the tree tells memory that the board in QEMU does not have. It was replaced \
      by the board's.
      """,
    matters: """
      The tree is for another board than the one QEMU makes; its memory would send the kernel \
      where nothing is.
      """,
    remedy: "Nothing, or give --memory as on the real board.",
    examples: ["kx try vmlinuz --dtb board.dtb --memory 1G"])

  static let reservationBlockUnknown = Self(
    .reservationBlockUnknown, [.note],
    means: """
      /sys/firmware/fdt is not there or cannot be read, and /proc/device-tree stands in for \
      it. It lacks the memory reservation block: memory that nothing else keeps free is not \
      known.
      """,
    matters: """
      Firmware may say in that block only what memory it keeps for itself. A plan that does \
      not know it may put something there.
      """,
    remedy: "Give --dtb FILE, the tree that the machine was started with.",
    examples: ["kexec --load vmlinuz --dtb=board.dtb"])

  static let droppedMemoryNamed = Self(
    .droppedMemoryNamed, [.note],
    means: """
      The running kernel does not use memory that its tree names, because it lies below its own start. \
      Nothing can be loaded there until the firmware starts the machine anew.
      """,
    matters: """
      A kernel takes its own place for the start of RAM and drops what is below. The machine has less \
      memory than it could have.
      """,
    remedy: "Start the machine by its firmware to have that memory again.",
    examples: ["kexec --snapshot=machine.snapshot", "kx plan vmlinuz --machine machine.snapshot"],
    page: "footprint.md")

  static let initrdDamaged = Self(
    .initrdDamaged, [.warning],
    means: """
      An initrd is damaged, or nothing that a kernel unpacks. It is loaded as it is.
      """,
    matters: """
      The kernel unpacks cpio archives, plain or compressed. Anything else it takes for an old \
      RAM disk, or passes over.
      """,
    remedy: "Check that it is the right file.",
    examples: ["kx inspect initrd.img"])

  static let initrdUnwrapped = Self(
    .initrdUnwrapped, [.warning],
    means: "The initrd is wrapped for U-Boot. Its payload is used.",
    matters: """
      Only U-Boot takes the header off. A kernel that is handed the file as it is finds no \
      archive.
      """,
    remedy: "Nothing, or name the file that was wrapped.",
    examples: ["kx inspect uInitrd"])
}

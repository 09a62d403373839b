// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes from 130 on: the places of all parts, and how certain they are.
extension Explanation {
  static let kernelPlace = Self(
    .kernelPlace, [.note],
    means: "Why the kernel lies where it does, and which free ranges below were refused.",
    matters: "The lowest place costs the new kernel the least RAM.",
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb"],
    page: "footprint.md")

  static let zImagePlace = Self(
    .zImagePlace, [.note],
    means: "Why the zImage is loaded where it is.",
    matters: """
      The decompressor works around its own place, so that decides what else may lie where.
      """,
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --dtb board.dtb --handover zimage"],
    page: "footprint.md")

  static let parametersPlace = Self(
    .parametersPlace, [.note],
    means: "Why the DTB or ATAG list lies where it does.",
    matters: """
      It must be in lowmem and clear of all that is written before the kernel has read it.
      """,
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb"],
    page: "footprint.md")

  static let initrdPlace = Self(
    .initrdPlace, [.note],
    means: "Why the initrd lies where it does.",
    matters: """
      It must be in lowmem and clear of all that is written before the kernel has unpacked it.
      """,
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb"],
    page: "footprint.md")

  static let toolReckoning = Self(
    .toolReckoning, [.note],
    means: """
      With the rule of another tool: the hole that it takes, the first address that it holds for \
      free behind the kernel, and where the kernel really inflates to.
      """,
    matters: """
      What the tool puts behind its own reckoning is lost where the kernel reaches further. Such \
      losses are errors of their own: KX101.
      """,
    remedy: "Nothing; plan with --rule exact to load it.",
    examples: ["kx plan vmlinuz --initrd initrd.img --dtb board.dtb --rule kexec-tools"],
    page: "footprint.md")

  static let bundlePlace = Self(
    .bundlePlace, [.note],
    means: "Why the bundle is loaded where it is.",
    matters: """
      A bundle starts wherever it lies. It needs room for its file, and what is passed to it must \
      keep clear of what it writes.
      """,
    remedy: "Nothing.",
    examples: ["kx plan board.img --machine machine.snapshot"],
    page: "bundle.md")

  static let trampolinePlace = Self(
    .trampolinePlace, [.note],
    means: """
      Why the plan has a trampoline, a few instructions that set the registers and enter the \
      kernel, and where it lies.
      """,
    matters: """
      Linux for ARM passes the last device tree among the segments since 3.7, and never a machine \
      number or a list of ATAGs that lies elsewhere than usual. A kernel that finds other registers \
      than planned does not boot.
      """,
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --machine machine.snapshot --atags"],
    page: "footprint.md")

  static let inflatedSizeUnknown = Self(
    .inflatedSizeUnknown, [.warning],
    means: "The inflated size is not known. An estimate is planned with.",
    matters: """
      Everything else is placed behind the kernel. An estimate errs large, but nobody can \
      prove that it is large enough.
      """,
    remedy: """
      Give --vmlinux FILE; or --assume inflated=N to kx plan, and its plan to kexec \
      --load-plan.
      """,
    examples: [
      "kx plan vmlinuz --dtb board.dtb --assume inflated=20M",
      "kx plan vmlinuz --dtb board.dtb --vmlinux vmlinux",
    ],
    page: "footprint.md")

  static let bssSizeUnknown = Self(
    .bssSizeUnknown, [.warning],
    means: "The size of the kernel's BSS is not known. An estimate is planned with.",
    matters: """
      The BSS is written before the initrd is read. An estimate errs large, but nobody can \
      prove that it is large enough.
      """,
    remedy: """
      Give --vmlinux FILE; or --assume bss=N to kx plan, and its plan to kexec --load-plan.
      """,
    examples: ["kx plan vmlinuz --dtb board.dtb --assume bss=512K"],
    page: "footprint.md")

  static let textOffsetUnknown = Self(
    .textOffsetUnknown, [.error],
    means: """
      TEXT_OFFSET is not known, or what tells it contradicts itself. It decides where the kernel \
      runs, so no guess is good enough.
      """,
    matters: """
      With another TEXT_OFFSET the whole kernel lies elsewhere than planned. A kernel that is \
      entered at another place than it was linked for hangs without a word.
      """,
    remedy: """
      Give --vmlinux FILE; or --assume text-offset=N to kx plan, and its plan to kexec \
      --load-plan. Most kernels have 0x8000, those of Debian's armmp 0x208000.
      """,
    examples: ["kx plan vmlinuz --dtb board.dtb --assume text-offset=0x208000"],
    page: "footprint.md")

  static let destinationUncertain = Self(
    .destinationUncertain, [.error],
    means: """
      It is not known whether the decompressor looks for the start of RAM in the DTB, and the \
      answers differ.
      """,
    matters: """
      Decompressors from about Linux 5.13 on may put the kernel elsewhere than older ones. The \
      plan holds for the place that it names; in the other, other memory is written.
      """,
    remedy: """
      Use --handover image, which does not depend on it, or say it with --assume dtb-check=1 or \
      dtb-check=0.
      """,
    examples: ["kx plan vmlinuz --dtb board.dtb --handover image"],
    page: "footprint.md")

  static let memoryBelowStart = Self(
    .memoryBelowStart, [.warning],
    means: """
      The new kernel will not use RAM below the address that it takes for the start of RAM. \
      The message says how much and where.
      """,
    matters: """
      A kernel takes its own place for the start of RAM and drops what is below. That memory \
      does not come back with the next kexec, only when the firmware starts the machine.
      """,
    remedy: """
      As the hint says: --handover image when that costs less, a smaller initrd when the \
      kernel would then lie lower, free the reservations that are in its way.
      """,
    examples: ["kx plan vmlinuz --dtb board.dtb --handover image"],
    page: "footprint.md")

  static let imageDoesNotFit = Self(
    .imageDoesNotFit, [.note],
    means: "The plain Image does not fit, so the zImage is handed over.",
    matters: """
      The zImage needs less room at its place, but the jump takes longer, because the kernel \
      inflates itself.
      """,
    remedy: "Nothing.",
    examples: ["kx plan vmlinuz --dtb board.dtb --handover image"],
    page: "footprint.md")

  static let startNeedsNewerKernel = Self(
    .startNeedsNewerKernel, [.warning],
    means: """
      The kernel would start RAM at a multiple of 2 MiB that is none of 16 MiB. Kernels before \
      5.11 cannot, and the image does not tell its version.
      """,
    matters: """
      Until 5.10 a kernel found its start of RAM by its address, in steps of 16 MiB. Elsewhere \
      it would take another start and crash early.
      """,
    remedy: "Check the version, or free memory at a multiple of 16 MiB.",
    examples: ["kx inspect vmlinuz"],
    page: "footprint.md")

  static let noMemoryToInflate = Self(
    .noMemoryToInflate, [.note],
    means: """
      The running machine has too little free memory to inflate the kernel before the jump, so \
      the zImage is handed over. Only with what a machine tells of its memory.
      """,
    matters: """
      Inflating before the jump takes memory for the kernel and for the decoder. The machine \
      would begin to swap, or end programs.
      """,
    remedy: "Free memory for a shorter downtime.",
    examples: ["kx plan vmlinuz --machine machine.snapshot"])

  static let shortOfLoadMemory = Self(
    .shortOfLoadMemory, [.warning],
    means: """
      Loading takes more memory than can be had without swapping: the kernel and its decoder's \
      window, or the kernel and a copy of all segments, and 4 MiB; without inflating, the \
      copies alone.
      """,
    matters: """
      The load may push programs out of memory, or fail with ENOMEM in the middle. What runs \
      is not harmed by the failure.
      """,
    remedy: "Free memory, use a smaller initrd, or --handover zimage.",
    examples: ["kx plan vmlinuz --machine machine.snapshot --handover zimage"])

  static let commandLineTooLong = Self(
    .commandLineTooLong, [.error],
    means: "The command line is longer than an ARM kernel keeps (1023 bytes).",
    matters: "The last words get lost without a message. Often one of them is root=.",
    remedy: "Shorten it: the kernel would cut it without a word.",
    examples: ["kx plan vmlinuz --dtb board.dtb --append 'console=ttyAMA0 root=/dev/sda2'"])

  static let moreThanHalfOfMemory = Self(
    .moreThanHalfOfMemory, [.error],
    means: """
      All segments together take more than half of the machine's memory, which the running \
      kernel refuses (EINVAL). kexec ends with 73.
      """,
    matters: "Linux keeps the other half for itself, and says no more than EINVAL.",
    remedy: "Use a smaller initrd, or --handover zimage.",
    examples: ["kx plan vmlinuz --initrd initrd.img --machine machine.snapshot --handover zimage"]
  )

  static let bundleBringsItsOwn = Self(
    .bundleBringsItsOwn, [.note],
    means: """
      The kernel's file is a bundle. It brings its own kernel, initrd, command line and, \
      unless it was made with --dtb-from-boot, device tree.
      """,
    matters: "Initrd and command line of this plan stay unused, since the bundle has its own.",
    remedy: "Nothing.",
    examples: ["kx inspect board.img"],
    page: "bundle.md")

  static let initrdForBundle = Self(
    .initrdForBundle, [.error],
    means: "An initrd was given for a bundle. Nothing would use it.",
    matters: "It would only take memory, and the kernel would come up with the bundle's own.",
    remedy: "Leave it out, or make the bundle with it.",
    examples: ["kx bundle vmlinuz --initrd initrd.img --dtb board.dtb -o board.img"],
    page: "bundle.md")

  static let ferryIsSilent = Self(
    .ferryIsSilent, [.note],
    means:
      "With kx bundle: the tree names no serial port that Ferry knows, so it will be silent.",
    matters: """
      Ferry says on the serial port what it does and why it stops. Without one, a refusal \
      looks like a machine that hangs.
      """,
    remedy: "Name the port with --uart.",
    examples: ["kx bundle vmlinuz --dtb board.dtb --uart pl011@0x9000000 -o board.img"],
    page: "ferry.md")

  static let decompressorUnknown = Self(
    .decompressorUnknown, [.error],
    means: """
      The code of the decompressor was not recognised. Where it puts the kernel would be a guess.
      """,
    matters: """
      Decompressors of most kernels put the kernel near their own place, others at one address. \
      In either, other memory is written.
      """,
    remedy: "Use --handover image, which does not depend on it.",
    examples: ["kx plan vmlinuz --dtb board.dtb --handover image"],
    page: "footprint.md")

  static let processorCannotRun = Self(
    .processorCannotRun, [.error],
    means: """
      The kernel cannot run on the machine's processor: it has page tables of the long form \
      (LPAE) that the processor has not, it is for other versions of the ARM architecture, or it \
      is big-endian as before ARMv6 (BE32) and the running kernel is not.
      """,
    matters: """
      Such a kernel stops in its first instructions, before it can write to any console. A \
      Cortex-A5, A8 or A9 has no LPAE; an ARM1176, as in the first Raspberry Pi, is ARMv6.
      """,
    remedy: """
      Take another flavour of the kernel: of Debian armmp in place of armmp-lpae, rpi for \
      ARMv6, marvell for ARMv5.
      """,
    examples: [
      "kx plan vmlinuz-6.1.0-50-armmp --machine machine.snapshot",
      "uname -m; grep Features /proc/cpuinfo",
    ])

  static let processorPerhapsCannotRun = Self(
    .processorPerhapsCannotRun, [.warning],
    means: """
      The kernel seems to be for older processors than the machine's: it has no size table, \
      and is perhaps so old that its first instructions do not tell. Or it is big-endian, and \
      the running kernel is not.
      """,
    matters: """
      No kernel is for ARMv5 and for ARMv7: it would stop before its console works. A big-endian \
      kernel turns an ARMv6 or later processor round by itself, but starts big-endian programs \
      alone.
      """,
    remedy: "Find out which processors it was built for; kexec --check reads its vermagic.",
    examples: ["kexec --check vmlinuz --machine=machine.snapshot"])

  static let lpaeUnknown = Self(
    .lpaeUnknown, [.note],
    means: "The kernel needs LPAE, and nobody says whether the machine's processor has it.",
    matters: "Without it the kernel stops before its console works.",
    remedy: "Give the machine's tree or snapshot: they name the processor.",
    examples: ["kx plan vmlinuz --machine machine.snapshot"])
}

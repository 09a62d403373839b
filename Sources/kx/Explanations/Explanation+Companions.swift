// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes from 160 on: the companions of a kernel, its command line and its tree.
extension Explanation {
  static let wordLeftOut = Self(
    .wordLeftOut, [.note, .warning],
    means: """
      A word of the command line was left out: initrd=, initrdmem= or elfcorehdr=, which tell \
      where something of another boot lay. A note when the line is the running kernel's; a \
      warning when it came with a tree or a boot image. What the user or an entry states stays.
      """,
    matters: """
      On ARM these words go before what the device tree says: the kernel would look for its \
      initrd where nothing is.
      """,
    remedy: "Nothing: the tree says where the initrd lies.",
    examples: ["kexec -l vmlinuz --initrd=initrd.img --reuse-cmdline"],
    page: "checks.md")

  static let initrdWordMisleads = Self(
    .initrdWordMisleads, [.error],
    means: """
      The command line says with initrd= or initrdmem= where the initrd lies, and the plan puts it \
      elsewhere.
      """,
    matters: """
      The word goes before what the device tree says. The kernel reads what lies there, finds no \
      archive and panics without a root.
      """,
    remedy: "Leave the word out, and give the initrd with --initrd.",
    examples: ["kx plan vmlinuz --initrd initrd.img --append 'console=ttyS0 root=/dev/ram'"])

  static let wordWithoutEffect = Self(
    .wordWithoutEffect, [.warning],
    means: "The command line has memmap= or highmem=, which no kernel for 32-bit ARM reads.",
    matters: "Memory that the word was to keep free is used like any other.",
    remedy: """
      Limit memory with mem=SIZE@START, and keep it free with a node in /reserved-memory of the \
      tree.
      """,
    examples: ["kx plan vmlinuz --dtb board.dtb --append mem=496M@0x40000000"])

  static let crashMemoryImpossible = Self(
    .crashMemoryImpossible, [.warning],
    means: """
      The memory that crashkernel= asks for cannot be set aside: it is more than is left, or \
      something of the plan lies there, or the machine has no RAM there.
      """,
    matters: "The kernel says that the reservation failed and goes on without it.",
    remedy: "Ask for less, or leave out the place.",
    examples: ["kx plan vmlinuz --append crashkernel=64M"])

  static let shortOfWorkingMemory = Self(
    .shortOfWorkingMemory, [.warning],
    means: """
      By an estimate that errs large, the placement leaves the new kernel too little memory to \
      work with. There was no better one. The plan can be executed: only what is known to be too \
      little is refused.
      """,
    matters: """
      A kernel without memory stops with "System is deadlocked on memory", or loses a part of \
      its initrd while it unpacks it.
      """,
    remedy: "Try it with kx try, use a smaller initrd, or state the figure with --assume work=N.",
    examples: ["kx try vmlinuz --initrd initrd.img --memory 48M"],
    page: "footprint.md")

  static let memoryUnnamed = Self(
    .memoryUnnamed, [.warning],
    means: "The machine has RAM that the DTB does not name.",
    matters: """
      The kernel takes its RAM from the tree, and never learns of the rest. Trees from a kernel \
      build often name the smallest board that there is; firmware puts in what the board has.
      """,
    remedy: """
      Use the tree that the machine runs with, or append the mem= words that the hint gives.
      """,
    examples: ["kx plan vmlinuz --dtb bcm2835-rpi-b.dtb --machine rpi.snapshot"],
    page: "footprint.md")

  static let absentMemoryStated = Self(
    .absentMemoryStated, [.warning],
    means: """
      The word mem= of the command line names memory that the machine does not list as RAM.
      """,
    matters: """
      A kernel believes mem= without asking. Where it is told of memory that is not there, it crashes \
      as soon as it uses it.
      """,
    remedy: "State no more than the machine has, or leave mem= out.",
    examples: ["kx plan vmlinuz --machine machine.snapshot --append mem=256M"],
    page: "footprint.md")

  static let treeNamesNoMachine = Self(
    .treeNamesNoMachine, [.warning],
    means: "The root of the tree has no compatible.",
    matters: """
      A kernel finds by it what machine it runs on. Those that were built for a single platform \
      find none and stop.
      """,
    remedy: "Name the tree of this board.",
    examples: ["fdtget board.dtb / compatible"])

  static let noInitrd = Self(
    .noInitrd, [.error],
    means: """
      A file given with --initrd is something else that is known: a boot image, a FIT, a kernel, \
      a tree.
      """,
    matters: "A kernel unpacks none of them.",
    remedy: "Give the ramdisk that is in it, or name the file as what it is.",
    examples: ["kx inspect boot.img"])

  static let initrdWordWithoutInitrd = Self(
    .initrdWordWithoutInitrd, [.warning],
    means: """
      The command line has initrd= or initrdmem=, and there is no initrd in the plan. The word names \
      memory, where the kernel looks for one, or a file, which only boot loaders look for.
      """,
    matters: """
      The kernel takes what lies in that memory for its initrd, or has none and may find no root.
      """,
    remedy: "Give the initrd with --initrd, and leave the word out.",
    examples: ["kx plan vmlinuz --initrd initrd.img --append 'console=ttyS0 root=/dev/ram'"])

  static let secondTree = Self(
    .secondTree, [.warning],
    means: "A second tree stands behind the first in one file. It is not used.",
    matters: "The first need not be the one of this board.",
    remedy: "Cut the file: dtc -I dtb -O dtb -o first.dtb FILE keeps the first.",
    examples: ["dtc -I dtb -O dtb -o first.dtb two.dtb"])

  static let memoryNodePassedOver = Self(
    .memoryNodePassedOver, [.warning],
    means: """
      The DTB has a memory node that kernels pass over: one that is disabled, has no device_type, is \
      no child of the root, or has a reg too short for the root's cells.
      """,
    matters: "The kernel never learns of the memory that the node names.",
    remedy: "Mend the node, or use the tree that the machine runs with.",
    examples: ["dtc -I dtb -O dts board.dtb"],
    page: "footprint.md")

  static let partUsed = Self(
    .partUsed, [.warning],
    means: """
      A file given with --initrd or --dtb is a boot image, a FIT or a kernel with a tree behind it. \
      The ramdisk or the tree in it is used; of several trees the one for the machine.
      """,
    matters: "What else is in the file, a kernel or a command line, is not used.",
    remedy: "Name the file as the kernel, if all of it is wanted.",
    examples: ["kx plan boot.img --machine board.snapshot"])
}

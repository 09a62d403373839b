// SPDX-License-Identifier: Apache-2.0
import KernelImages

/// Codes from 200 on: the lines of `kexec --check`.
extension Explanation {
  static let kexecCall = Self(
    .kexecCall, [.ok, .warning, .error],
    means: """
      Whether the running kernel was built with CONFIG_KEXEC, and whether a kernel is loaded.
      """,
    matters: """
      Without CONFIG_KEXEC there is no call to load a kernel with, and no option changes that.
      """,
    remedy: "Build it with CONFIG_KEXEC=y; mount /sys.",
    examples: [
      "kexec --check",
      "zgrep CONFIG_KEXEC= /proc/config.gz",
    ],
    page: "checks.md")

  static let bootCapability = Self(
    .bootCapability, [.ok, .error],
    means: "Whether this process has CAP_SYS_BOOT.",
    matters: """
      Linux lets only who has that capability load or start a kernel. In containers root often \
      lacks it.
      """,
    remedy: "Run as root.",
    examples: ["sudo kexec --check"],
    page: "checks.md")

  static let loadingSwitch = Self(
    .loadingSwitch, [.ok, .error],
    means: """
      Whether loading was switched off by kernel.kexec_load_disabled or \
      kernel.kexec_load_limit_reboot.
      """,
    matters: """
      Both switches go one way only: until the next start nobody can load a kernel any more.
      """,
    remedy: "Start the machine anew; find who sets it.",
    examples: ["cat /proc/sys/kernel/kexec_load_disabled"],
    page: "checks.md")

  static let lockdown = Self(
    .lockdown, [.ok, .error],
    means: "Whether the kernel is locked down.",
    matters: """
      A locked-down kernel starts only what is signed, and this call carries no signature.
      """,
    remedy: "Start without Secure Boot or without lockdown=.",
    examples: ["cat /sys/kernel/security/lockdown"],
    page: "checks.md")

  static let cpuParking = Self(
    .cpuParking, [.ok, .warning, .error],
    means: """
      Whether all CPUs but the first can be parked, which a 32-bit ARM kernel wants before it \
      loads.
      """,
    matters: """
      A CPU that cannot be parked goes on running code of the old kernel while the new one \
      writes over it. Linux refuses the load with EINVAL.
      """,
    remedy: """
      Use a kernel with CONFIG_HOTPLUG_CPU and firmware with PSCI, or maxcpus=1 nr_cpus=1.
      """,
    examples: ["kexec --check vmlinuz"],
    page: "checks.md")

  static let crashKernelLoaded = Self(
    .crashKernelLoaded, [.ok],
    means: "A crash kernel is loaded. An ordinary load leaves it alone.",
    matters: "It has memory of its own and is started by a panic only.",
    remedy: "Nothing.",
    examples: ["cat /sys/kernel/kexec_crash_loaded"],
    page: "checks.md")

  static let machineRead = Self(
    .machineRead, [.ok, .error],
    means: "Whether the machine could be read; its RAM.",
    matters: """
      Without the addresses of RAM nothing can be placed. Linux shows them to root only.
      """,
    remedy: "Run as root; mount /proc.",
    examples: ["sudo kexec --check"],
    page: "checks.md")

  static let runningParameters = Self(
    .runningParameters, [.ok, .warning],
    means: """
      What the running kernel was started with: a device tree, ATAGs, or nothing that it \
      shows.
      """,
    matters: """
      The new kernel must be told what machine it runs on, by the same tree or list as the \
      running one.
      """,
    remedy: "Name a tree with --dtb.",
    examples: ["kexec --check vmlinuz --dtb=board.dtb"],
    page: "checks.md")

  static let everythingPlaced = Self(
    .everythingPlaced, [.ok, .error],
    means: "Whether the files could be read and everything has a place.",
    matters: "What cannot be placed now will not be placed when it matters.",
    remedy: "See the message; without a place, KX103.",
    examples: ["kexec --check vmlinuz --initrd=initrd.img"],
    page: "checks.md")

  static let console = Self(
    .console, [.ok, .warning],
    means: """
      Whether the console of the command line, or of the tree, is in the running kernel and \
      its device enabled in the new tree.
      """,
    matters: "A kernel whose console is not there boots as well as any other, but looks dead.",
    remedy: "Compare with /proc/consoles; name the tree of this machine.",
    examples: ["cat /proc/consoles"],
    page: "checks.md")

  static let runningKernelAccepts = Self(
    .runningKernelAccepts, [.ok, .error],
    means: """
      What the running kernel would say to the segments, in the order of its own checks.
      """,
    matters: """
      The kernel answers most of its refusals with EINVAL. This line has the reason, before \
      anything is asked of it.
      """,
    remedy: "See the message.",
    examples: ["kexec --check vmlinuz --initrd=initrd.img"],
    page: "checks.md")

  static let treeWords = Self(
    .treeWords, [.ok, .warning],
    means: """
      Whether the inflated kernel has a word for the tree's machine, console and \
      enable-method.
      """,
    matters: """
      A tree that is newer than the kernel, or for another board, names devices that the \
      kernel has no driver for; the machine comes up without them, or not at all.
      """,
    remedy: """
      Use a tree and a kernel of one age and one board; drivers that are modules are not \
      found.
      """,
    examples: ["kexec --check vmlinuz --dtb=board.dtb"],
    page: "checks.md")

  static let kernelWhole = Self(
    .kernelWhole, [.ok, .error],
    means: "Whether the kernel inflates to its end, with its checksum.",
    matters: "A damaged kernel fails after the jump, where nobody can tell you why.",
    remedy: "Get the file anew.",
    examples: ["kexec --check vmlinuz"],
    page: "checks.md")

  static let root = Self(
    .root, [.ok, .warning],
    means: "Whether there is an initrd, or root= on the command line.",
    matters: "A kernel that finds no root ends in a panic: \"VFS: Unable to mount root fs\".",
    remedy: "Give one; unless the kernel carries its own initramfs.",
    examples: ["kexec --check vmlinuz --initrd=initrd.img"],
    page: "checks.md")

  static let startedByUEFI = Self(
    .startedByUEFI, [.warning],
    means: """
      UEFI started the machine. Its tables are not planned around, and the new kernel may look \
      for them.
      """,
    matters: """
      The new kernel may read tables of UEFI where the old one has long put something else.
      """,
    remedy: "Load with a tree without linux,uefi- properties.",
    examples: ["kexec --check vmlinuz --dtb=board.dtb"],
    page: "checks.md")

  static let runningKernelUnknown = Self(
    .runningKernelUnknown, [.warning],
    means: "With --machine: the file holds a memory map, and nothing of the running kernel.",
    matters: """
      Whether that kernel can load another at all, and this process may, is not checked.
      """,
    remedy: "Take a snapshot there.",
    examples: ["kexec --snapshot=machine.snapshot"],
    page: "checks.md")

  static let processorSuffices = Self(
    .processorSuffices, [.ok, .warning],
    means: """
      Whether the processor has what the inflated kernel needs: the version of the ARM \
      architecture that its vermagic states, and LPAE.
      """,
    matters: """
      A kernel for other processors stops before it can write to a console. When it is known \
      not to run, the line is KX175.
      """,
    remedy: "Compare with /proc/cpuinfo of the machine.",
    examples: ["kexec --check vmlinuz"],
    page: "checks.md")
}

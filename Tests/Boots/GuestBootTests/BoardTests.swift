// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 3: machines other than QEMU's virt, and kernels that lack what others have.
@Suite(.serialized, .enabled(if: BoardLab.isWanted, "needs the lab's kernels and the loader"))
struct BoardTests {
  @Test(
    "On an ARM9, where RAM begins at address 0, a kernel starts the next, which finds its initrd intact",
    arguments: ["image", "zimage"])
  func armv5(handover: String) async throws {
    let text = try await BoardGuest().expectIntact([
      "--board", "versatilepb", "--memory", "128", BoardLab.loader("armel"),
      BoardLab.kernel("tiny-armv5"), "--", "--handover=" + handover,
    ])
    #expect(text.contains("\n  handover: \(handover)\n"))
    // Both kernels tell the same CPU, and the same start of RAM.
    #expect(text.matches(of: /CPU: ARM926EJ-S \[41069265\] revision 5 \(ARMv5TEJ\)/).count == 2)
    let memory = #/node   0: \[mem 0x0000000000000000-0x0000000007ffffff\]/#
    #expect(text.matches(of: memory).count == 2)
    if handover == "image" { #expect(text.contains("\n  entry: 0x00008000\n")) }
  }

  @Test(
    "Where the kernel has no helpers for user space, the loader loads and starts all the same",
    arguments: BoardLab.loaders)
  func noHelpers(loader: String) async throws {
    try await BoardGuest().expectIntact([
      "--memory", "256", "--first", BoardLab.kernel("tiny-no-kuser"), BoardLab.loader(loader),
      BoardLab.kernel("tiny-gzip"),
    ])
  }

  @Test(
    "On vexpress-a15, where RAM begins at 2 GiB, Debian's kernel starts the next, its initrd intact",
    arguments: Lab.matrix == "full" ? ["armmp", "tiny-gzip"] : ["tiny-gzip"])
  func vexpress(kernel: String) async throws {
    // The tiny kernel has no driver for the board's UART; its boot console needs none.
    let log = [
      "--initrd", BoardLab.initrd("initrd-log"), "--append", "earlycon=pl011,0x1c090000",
    ]
    let text = try await BoardGuest().expectIntact(
      ["--board", "vexpress-a15", "--first-append", "nr_cpus=1"] + (kernel == "armmp" ? [] : log)
        + [BoardLab.loader("armel"), BoardLab.kernel(kernel)])
    #expect(text.contains("\n  entry: 0x80"))
  }

  @Test("On vexpress-a15 with its two CPUs a load fails, and the reason and a way out are told")
  func cannotPark() async throws {
    let guest = try BoardGuest()
    try await guest.prepare(
      """
      printf '%s\\n' '/kexec --check /boot/kernel' '/kexec -l /boot/kernel' 'echo "load exit $?"' \
        >commands
      """)
    let text = try await guest.console([
      "--board", "vexpress-a15", "--initrd", "none", "--script", "commands",
      BoardLab.loader("armel"), BoardLab.kernel("tiny-gzip"),
    ])
    let check = #/warning +KX205 +it is not known whether CPUs can be parked before the jump/#
    #expect(text.contains(check), "\(text)")
    #expect(text.contains("= -1 EINVAL"))
    #expect(
      text.contains("the kernel cannot take its 2 CPUs but the first offline before the jump"))
    #expect(text.contains("nr_cpus=1"))
    #expect(text.contains(/load exit [1-9]/))
  }
}

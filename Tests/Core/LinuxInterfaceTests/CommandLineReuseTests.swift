// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import Testing

@Suite("Reusing the running command line")
struct CommandLineReuseTests {
  @Test(
    "Stale and repeated words are dropped, everything else stays in its order",
    arguments: [
      ("BOOT_IMAGE=/vmlinuz root=/dev/vda ro\n", "", "root=/dev/vda ro"),
      ("initrd=0x48000000,8M root=/dev/vda initrdmem=1,2", "", "root=/dev/vda"),
      ("a b a", "", "a b"),
      ("console=tty0 console=ttyS0 console=tty0", "", "console=tty0 console=ttyS0 console=tty0"),
      ("root=/dev/vda", "root=/dev/vdb", "root=/dev/vda root=/dev/vdb"),
      ("root=/dev/vda quiet", "quiet root=/dev/vda", "root=/dev/vda quiet"),
      ("crashkernel=64M root=a", "", "crashkernel=64M root=a"),
      ("elfcorehdr=0x4 kexec_jump_back_entry=0x5 x", "", "x"),
      ("  a\t b  ", " c ", "a b c"),
      ("dyndbg=\"file a b +p\" x", "", "dyndbg=\"file a b +p\" x"),
      ("a=\"never closed ", "", "a=\"never closed "),
      ("", "", ""),
      ("root=a -- single initrd=mine", "quiet", "root=a quiet -- single initrd=mine"),
      ("root=a -- single", "quiet -- single", "root=a quiet -- single single"),
      ("BOOT_IMAGE=x", "BOOT_IMAGE=y initrd=z", "BOOT_IMAGE=y initrd=z"),
      ("BOOT_IMAGES=x", "", "BOOT_IMAGES=x"),
    ])
  func reuse(running: String, appended: String, result: String) {
    #expect(CommandLineReuse(running: running, appending: appended).commandLine == result)
  }

  @Test("A crash kernel does not set memory aside for another")
  func onCrash() {
    let reuse = CommandLineReuse(running: "crashkernel=64M crashkernel=8M,low a", onCrash: true)
    #expect(reuse.commandLine == "a")
  }

  @Test("The difference names each word that came or went, and why")
  func difference() {
    let reuse = CommandLineReuse(
      running: "BOOT_IMAGE=/vmlinuz initrd=1,2 quiet quiet root=a", appending: "debug")
    #expect(
      reuse.difference == [
        "- BOOT_IMAGE=/vmlinuz  (names the running kernel's file)",
        "- initrd=1,2  (tells where the old initrd lay)",
        "- quiet  (stands there already)", "+ debug",
      ])
    #expect(reuse.words.count == 6)
  }

  @Test("Reused again and again, a command line stays as it is")
  func stable() {
    let first = CommandLineReuse(
      running: "BOOT_IMAGE=x a=1 a=2 a=1 b -- s s", appending: "quiet"
    ).commandLine
    #expect(CommandLineReuse(running: first, appending: "quiet").commandLine == first)
  }
}

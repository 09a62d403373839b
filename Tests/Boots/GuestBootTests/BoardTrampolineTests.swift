// SPDX-License-Identifier: Apache-2.0
import Testing

/// The registers that really arrive: in place of a kernel, a program that tells them is started.
@Suite(.serialized, .enabled(if: BoardLab.isWanted, "needs the lab's kernels and the loader"))
struct BoardTrampolineTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What runs the loader.
    var by = ""
    let options: String
    /// The segment that r2 must point to.
    let parameters: String
    let r1: String
    /// The word at r2.
    let word: String
    /// Whether the running kernel would set other registers, so that our code stands in front.
    let needsTrampoline: Bool
  }

  /// The first word of a core tag of two words, and the magic number of a tree as read little-endian.
  private static let core = "00000002"
  private static let magic = "edfe0dd0"

  static let cases = [
    Case(
      testDescription: "ATAGs with a machine number", options: "--atags --machine-number=2272",
      parameters: "atags", r1: "000008e0", word: core, needsTrampoline: true),
    Case(
      testDescription: "ATAGs, the machine number being the running kernel's", options: "--atags",
      parameters: "atags", r1: "ffffffff", word: core, needsTrampoline: true),
    Case(
      testDescription: "ATAGs, and an initrd that a kernel takes for a tree",
      options: "--atags --initrd=/boot/fake.img", parameters: "atags", r1: "ffffffff", word: core,
      needsTrampoline: true),
    Case(
      testDescription: "a tree, on a kernel of a time when it did not look for one",
      by: "/boot/uname26", options: "", parameters: "dtb", r1: "ffffffff", word: magic,
      needsTrampoline: true),
    Case(
      testDescription: "a tree, and an initrd that a kernel takes for one",
      options: "--initrd=/boot/fake.img", parameters: "dtb", r1: "ffffffff", word: magic,
      needsTrampoline: false),
  ]

  @Test("The new kernel is entered with the planned registers", arguments: cases)
  func registers(one: Case) async throws {
    let guest = try BoardGuest()
    try await guest.prepare(
      """
      arm-linux-gnueabi-as -o registers.o \(BoardLab.program("registers"))
      arm-linux-gnueabi-ld -N -Ttext=0xc0008000 --defsym=_text=0xc0008000 \
        --defsym=__bss_start=0xc0100000 --defsym=__bss_stop=0xc0300000 -o registers.elf registers.o
      arm-linux-gnueabi-objcopy -O binary registers.elf registers
      arm-linux-gnueabi-as -o uname26.o \(BoardLab.program("uname26"))
      arm-linux-gnueabi-ld -o uname26 uname26.o
      { printf '\\320\\r\\376\\355'; head -c 8188 /dev/zero; } >fake.img
      {
        echo '/boot/uname26 /bin/uname -r'
        echo '\(one.by) /kexec -d -l --type=Image --vmlinux=/boot/registers.elf \(one.options) --append=second=1 /boot/registers'
        echo '/kexec -l -S'
        echo '/kexec -e'
      } >commands
      """)
    let text = try await guest.console([
      "--memory", "128", "--initrd", "none", "--file", "uname26", "--file", "fake.img", "--file",
      "registers", "--file", "registers.elf", "--script", "commands", "--first",
      BoardLab.kernel("tiny-gzip"),
      BoardLab.loader("armel"), "registers",
    ])
    // Else the case of the old kernel is none.
    #expect(text.contains("\n2.6."))
    let load = try BoardLoad(text)
    let told = try #require(
      text.firstMatch(
        of: /entered with r0=([0-9a-f]+) r1=([0-9a-f]+) r2=([0-9a-f]+) \[r2\]=([0-9a-f]+)/),
      "\(text)")
    #expect(told.1 == "00000000")
    #expect(told.2 == one.r1)
    #expect(UInt64(told.3, radix: 16) == load.segments[one.parameters])
    #expect(told.4 == one.word)
    #expect((load.calledEntry != load.entry) == one.needsTrampoline)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

/// Acceptance 5: a kernel that is told of its machine by ATAGs.
@Suite(.serialized, .enabled(if: BoardLab.isWanted, "needs the lab's kernels and dist/ARCH/kexec"))
struct BoardATAGTests {
  @Test(
    "A kernel with its tree appended takes memory, command line and initrd from the loader's ATAGs")
  func merged() async throws {
    try await BoardGuest.with { guest in
      // The tree has 512 MiB and no command line; the machine has 256 MiB.
      try await guest.prepare(
        """
        qemu-system-arm -M virt,highmem=off,dumpdtb=padded.dtb -cpu cortex-a15 -m 512 -display none
        dtc -q -I dtb -O dtb -o virt.dtb padded.dtb
        cat \(BoardLab.kernel("tiny-atags")) virt.dtb >vmlinuz
        """)
      let text = try await guest.expectIntact(
        "--memory 256 --append from=atags --first", BoardLab.kernel("tiny-gzip"),
        BoardLab.loader("armel"), "vmlinuz -- --atags --debug")
      #expect(text.contains("\n  handover: zimage\n"))
      #expect(text.contains("swift-kexec cmdline: console=ttyAMA0 second=1 from=atags\n"))
      let found = try #require(text.firstMatch(of: /swift-kexec memory: MemTotal: (\d+) kB/))
      let kibibytes = try #require(Int(found.1))
      #expect(kibibytes > 200 << 10 && kibibytes <= 256 << 10)
      // The whole zImage was loaded, with its tree, and no other tree.
      #expect(text.contains("{buf=<atags>") && !text.contains("{buf=<dtb>"))
      // The running kernel would have passed what it takes for the place of ATAGs.
      #expect(try BoardLoad(text).calledEntry != BoardLoad(text).entry)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 5: a kernel that is told of its machine by ATAGs.
@Suite(.serialized, .enabled(if: BoardLab.isWanted, "needs the lab's kernels and the loader"))
struct BoardATAGTests {
  @Test(
    "A kernel with its tree appended takes memory, command line and initrd from the loader's ATAGs")
  func merged() async throws {
    // The tree has 512 MiB and no command line; the machine has 256 MiB.
    let kernel = try Scratch.bytes(Lab.atagsKernel)
    let tree = try Scratch.bytes(try await VirtTree.shared.packed())
    let text = try await BoardGuest().expectIntact([
      "--memory", "256", "--append", "from=atags", "--first", BoardLab.kernel("tiny-gzip"),
      BoardLab.loader("armel"), try Scratch.file("vmlinuz", kernel + tree), "--", "--atags",
      "--debug",
    ])
    #expect(text.contains("\n  handover: zimage\n"))
    #expect(text.contains("swift-kexec cmdline: console=ttyAMA0 second=1 from=atags\n"))
    let found = try #require(text.firstMatch(of: /swift-kexec memory: MemTotal: (\d+) kB/))
    let kibibytes = try #require(Int(found.1))
    #expect(kibibytes > 200 << 10 && kibibytes <= 256 << 10)
    // The ATAGs stand elsewhere than the running kernel believes: our code sets r2.
    let load = try BoardLoad(text)
    #expect(load.segments.keys.sorted() == ["atags", "initrd", "kernel", "trampoline"])
    #expect(load.segments["trampoline"] == load.calledEntry)
    #expect(load.calledEntry != load.entry)
    #expect(load.segments["atags"] != load.calledEntry - 0x7000)
  }
}

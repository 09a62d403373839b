// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Initial ramdisks: several, and wrapped ones.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct InitrdTests {
  @Test("Several ramdisks are put one behind the other, each at a multiple of four bytes")
  func several() async throws {
    // An archive of its own in front, three bytes past a multiple of four when compressed.
    let folder = try Scratch.folder("initrd")
    let first = folder.appending(path: "first.img").path
    let packed = try await Program.run(
      "bash",
      [
        "-euo", "pipefail", "-c",
        "cd \"$1\" && echo early >early && echo early | cpio --quiet -o -H newc | gzip -n >\"$2\"",
        "-", folder.path, first,
      ])
    #expect(packed.code == 0)
    let size = try Scratch.bytes(first).count
    let whole = try Scratch.bytes(Lab.initrd).count
    let options = [
      try LabKernel("tiny-gzip").path, "--dtb", try await VirtTree.shared.path(mebibytes: 128),
      "--append", "console=ttyAMA0", "--initrd", first, "--initrd", Lab.initrd,
    ]
    let (plan, code) = try await PlanFile.make(options)
    #expect(code == 0)
    // A word of zeros lies between them: the decoder for lz4 asks for it.
    #expect(try plan.segment("initrd").fileBytes == (size + 3) / 4 * 4 + 4 + whole)
    #expect(
      plan.files.filter { $0.role == "initrd" }.map(\.path) == [first, Lab.initrd])
    try await Verdict.expectIntact(options + ["--memory", "128M"])
  }

  @Test("Of a ramdisk wrapped for U-Boot the payload is used, with a warning")
  func wrapped() async throws {
    let wrapped = try Scratch.folder("initrd").appending(path: "uInitrd").path
    try await Program.succeed(
      "mkimage", "-A", "arm", "-O", "linux", "-T", "ramdisk", "-C", "none", "-n", "lab", "-d",
      Lab.initrd, wrapped)
    let options = [
      try LabKernel("tiny-gzip").path, "--dtb", try await VirtTree.shared.path(mebibytes: 128),
      "--append", "console=ttyAMA0", "--initrd", wrapped,
    ]
    let (plan, code) = try await PlanFile.make(options)
    #expect(code == 0)
    #expect(plan.diagnostics("KX121").map(\.severity) == ["warning"])
    #expect(try plan.segment("initrd").fileBytes == Scratch.bytes(Lab.initrd).count)
    try await Verdict.expectIntact(options + ["--memory", "128M"])
  }
}

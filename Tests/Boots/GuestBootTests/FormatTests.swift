// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 2: every kind of file that a kernel comes in.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct FormatTests {
  @Test("Every format is loaded on the device and boots, by a saved plan as well")
  func formats() async throws {
    let files = try await KernelFiles()
    let zImage = ["--handover=zimage"]
    var steps = [
      Chain.Step("Image", files.image),
      Chain.Step("Image.gz", files.imageGzip),
      Chain.Step("uImage.zImage", files.uImageOfZImage),
      Chain.Step("uImage.zImage", files.uImageOfZImage, options: zImage),
      Chain.Step("uImage.Image", files.uImageOfImage),
      Chain.Step("vmlinux", files.vmlinux),
      Chain.Step("zImage.dtb", files.zImageWithTree),
      Chain.Step("zImage.dtb", files.zImageWithTree, options: zImage),
      Chain.Step("boot.img", files.android),
      Chain.Step("fit.itb", files.fit),
      Chain.Step("zImage", files.zImage),
      Chain.Step("zImage", files.zImage, options: ["--dtb=/boot/without-memory.dtb"]),
    ]
    for index in steps.indices where steps[index].options == zImage {
      steps[index].handover = "zimage"
    }
    let plan = steps.count - 2
    steps[plan].way = .plan
    let more = [
      Guest.File("without-memory.dtb", try await VirtTree.shared.pathWithoutMemory())
    ]
    let chain = Chain(guest: Guest(first: "tiny-gzip"), steps: steps, blobBytes: 1_000_000)
    let generations = try await chain.expectBoots(more)
    #expect(generations.last?.told["ram"] == ["40000000-5fffffff"])
  }

  @Test("An initrd wrapped for U-Boot is unwrapped and comes up beside another")
  func wrappedInitrd() async throws {
    let folder = try Scratch.folder("wrapped")
    let archive = folder.appending(path: "more.uimage").path
    let outcome = try await Program.run(
      "bash",
      [
        "-euo", "pipefail", "-c",
        "mkdir boot; head -c 300000 \"$1\" >boot/more; "
          + "echo boot/more | cpio --quiet -o -H newc | gzip >more.img; "
          + "mkimage -A arm -O linux -T ramdisk -C gzip -n more -d more.img more.uimage", "-",
        Lab.initrd,
      ], folder: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let step = try Chain.Step(
      LabKernel("tiny-gzip"), options: ["--initrd=/boot/more.uimage"])
    let chain = Chain(guest: Guest(first: "tiny-gzip"), steps: [step])
    let generations = try await chain.expectBoots([Guest.File("more.uimage", archive)])
    #expect(generations.last?.told["more"] == ["300000"])
    #expect(generations.first?.told["more"] == ["none"])
  }
}

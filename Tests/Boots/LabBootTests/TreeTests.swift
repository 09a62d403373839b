// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Trees that were changed on the way to the guest.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct TreeTests {
  @Test("A device tree without memory gets it from the machine, and the plan warns")
  func grafted() async throws {
    let folder = try Scratch.folder("tree")
    let tree = folder.appending(path: "bare.dtb").path
    try await Program.succeed("cp", try await VirtTree.shared.path(mebibytes: 512), tree)
    try await Program.succeed("fdtput", "-r", tree, "/memory@40000000")
    let kernel = try LabKernel("tiny-gzip").path
    let (plan, code) = try await PlanFile.make(
      [kernel, "--dtb", tree, "--ram", "0x40000000+512M"])
    #expect(code == 0)
    #expect(plan.diagnostics("KX110").map(\.severity) == ["warning"])
    let refused = try await KX.run(["plan", kernel, "--dtb", tree])
    #expect(refused.code == 64)
    #expect(refused.errors.contains("--ram"))
    try await Verdict.expectIntact(
      [
        kernel, "--dtb", tree, "--initrd", Lab.initrd, "--memory", "128M", "--append",
        "console=ttyAMA0",
      ])
  }

  @Test("An overlay is applied, and listed with the files of the plan")
  func overlay() async throws {
    let folder = try Scratch.folder("overlay")
    let source = folder.appending(path: "mark.dts").path
    let overlay = folder.appending(path: "mark.dtbo").path
    // What the guest finds proves that the overlay arrived: it changes the command line.
    try Data(
      """
      /dts-v1/; /plugin/;
      / { fragment@0 { target-path = "/chosen"; __overlay__ {
        bootargs = "console=ttyAMA0 from=overlay"; }; }; };
      """.utf8
    ).write(to: URL(filePath: source))
    try await Program.succeed("dtc", "-q", "-@", "-O", "dtb", "-o", overlay, source)
    let options = [
      try LabKernel("tiny-gzip").path, "--dtb", try await VirtTree.shared.path(mebibytes: 128),
      "--dtbo", overlay, "--initrd", Lab.initrd,
    ]
    let (plan, code) = try await PlanFile.make(options)
    #expect(code == 0)
    #expect(plan.files.filter { $0.role == "overlay" }.map(\.path) == [overlay])
    #expect(plan.commandLine == "console=ttyAMA0 from=overlay")
    let outcome = try await KX.boot(options + ["--memory", "128M"])
    #expect(outcome.code == 0)
    #expect(outcome.text.contains("swift-kexec cmdline: console=ttyAMA0 from=overlay"))
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Where kx learns about the machine.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct MachineTests {
  private static let iomem = """
    09000000-09000fff : pl011@9000000
    40000000-5fffffff : System RAM
      40208000-413fffff : Kernel code
      41600000-417fffff : Kernel data
    """

  @Test("A captured machine gives memory, device tree and command line")
  func folder() async throws {
    let folder = try Scratch.folder("machine")
    try Data(Self.iomem.utf8).write(to: folder.appending(path: "iomem"))
    try Data("console=ttyAMA0 captured\n".utf8).write(to: folder.appending(path: "cmdline"))
    try await Program.succeed(
      "cp", try await VirtTree.shared.path(mebibytes: 512), folder.appending(path: "fdt").path)
    let (plan, code) = try await PlanFile.make(
      [try LabKernel("tiny-gzip").path, "--machine", folder.path])
    #expect(code == 0)
    #expect(plan.commandLine == "console=ttyAMA0 captured")
    #expect(plan.machine.ram.map { [$0.first, $0.last] } == [["0x40000000", "0x5fffffff"]])
    #expect(plan.segments.map(\.name) == ["kernel", "dtb"])
    #expect(plan.registers?.r2 == (try plan.segment("dtb").first))
    let alone = try await PlanFile.make(
      [
        try LabKernel("tiny-gzip").path, "--machine", folder.appending(path: "iomem").path,
        "--append", "mine",
      ])
    #expect(alone.plan.machine.ram.map(\.last) == ["0x5fffffff"])
    #expect(alone.plan.commandLine == "mine")
  }

  @Test("An iomem read without privilege, all zeros, is an error that says so, exit code 65")
  func zeroed() async throws {
    let zeros = Self.iomem.replacing(/[0-9a-f]{8}-[0-9a-f]{8}/, with: "00000000-00000000")
    let file = try Scratch.file("iomem", zeros.utf8)
    let outcome = try await KX.run(["plan", try LabKernel("tiny-gzip").path, "--machine", file])
    #expect(outcome.code == 65)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("zero"))
    #expect(outcome.errors.contains("sudo"))
  }

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

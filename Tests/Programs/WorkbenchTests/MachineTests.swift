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

  @Test("A file that tells of no machine is told as that, exit code 65")
  func noMachine() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let tree = try await VirtTree.shared.path(mebibytes: 128)
    for file in [kernel, tree, try Scratch.file("notes", "no machine\n".utf8)] {
      let outcome = try await KX.run(["plan", kernel, "--machine", file])
      #expect(outcome.code == 65 && outcome.output.isEmpty)
      #expect(
        outcome.errors.contains("neither a snapshot of one nor the text of /proc/iomem"),
        "\(outcome.errors)")
      #expect(outcome.errors.contains("\n  at: \(file)\n"))
    }
  }

  @Test("A memory node that kernels pass over is told, though the tree has another")
  func passedOver() async throws {
    let source = """
      /dts-v1/;
      / {
        #address-cells = <1>; #size-cells = <1>; compatible = "acme,board";
        memory@40000000 { device_type = "memory"; reg = <0x40000000 0x10000000>; };
        memory@50000000 { device_type = "memory"; reg = <0x50000000>; };
        memory@60000000 { device_type = "memory"; reg = <0x60000000 0x100000>; status = "disabled"; };
        memory@70000000 { device_type = "memory"; reg = <0x70000000 0>; };
      };
      """
    let folder = try Scratch.folder("passed-over")
    let (text, tree) = (folder.appending(path: "b.dts").path, folder.appending(path: "b.dtb").path)
    try Data(source.utf8).write(to: URL(filePath: text))
    try await Program.succeed("dtc", "-q", "-O", "dtb", "-o", tree, text)
    let (plan, code) = try await PlanFile.make([try LabKernel("tiny-gzip").path, "--dtb", tree])
    #expect(code == 0)
    let told = plan.diagnostics("KX171")
    #expect(told.map(\.severity) == ["warning", "warning"])
    #expect(told.first?.message.contains("/memory@50000000 has a reg too short") == true)
    #expect(told.last?.message.contains("/memory@60000000 is disabled") == true)
    let shown = try await KX.run(["inspect", tree]).text
    #expect(shown.contains("passed over: /memory@60000000 is disabled"), "\(shown)")
  }
}

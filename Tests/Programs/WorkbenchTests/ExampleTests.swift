// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct ExampleTests {
  @Test("The example of the library puts everything where kx plan puts it")
  func example() async throws {
    let files = [
      try LabKernel("armmp").path, Lab.initrd, try await VirtTree.shared.path(mebibytes: 512),
    ]
    let program = URL(filePath: KX.path).deletingLastPathComponent().appending(
      path: "PlanABootExample")
    let outcome = try await Program.run(program.path, files)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let plan = try PlanFile(
      try await KX.run([
        "plan", "--json", files[0], "--initrd", files[1], "--dtb", files[2], "--append",
        "console=ttyAMA0",
      ]))
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(plan.segments.count == 3)
    #expect(
      Array(lines.prefix(3)) == plan.segments.map { "\($0.first)-\($0.last) \($0.name ?? "")" })
    #expect(lines.dropFirst(3).first == plan.entry.map { "entry \($0)" })
  }

  @Test("The example says how it is used, with the exit code for wrong usage")
  func usage() async throws {
    let program = URL(filePath: KX.path).deletingLastPathComponent().appending(
      path: "PlanABootExample")
    let outcome = try await Program.run(program.path, ["one"])
    #expect(outcome.code == 64)
    #expect(outcome.text.hasPrefix("usage: PlanABoot KERNEL INITRD DTB"))
  }
}

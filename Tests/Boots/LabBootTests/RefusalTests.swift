// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 4: where nothing fits, and what would.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct RefusalTests {
  private static let sizes = [16, 24, 32, 48, 64]

  private func options(_ name: String, _ handover: String) throws -> [String] {
    [
      try LabKernel(name).path, "--initrd", Lab.initrd, "--append", "console=ttyAMA0",
      "--handover", handover,
    ]
  }

  /// The smallest RAM in bytes that a refusal names.
  private func smallest(_ plan: PlanFile) throws -> Int {
    let hint = try #require(plan.diagnostics("KX103").first?.hint)
    let found = try #require(
      hint.firstMatch(of: /smallest RAM that would do is .*\(([\d \u{a0}]+) B\)/), "\(hint)")
    return try #require(Int(String(found.1).filter(\.isNumber)))
  }

  @Test(
    "The smallest RAM that a refusal names boots with the initrd intact; 2 MiB less is refused or warned of",
    arguments: LabKernel.names, MatrixBoot.handovers)
  func border(name: String, handover: String) async throws {
    let options = try options(name, handover)
    var named: Set<Int> = []
    var fitting: [Int] = []
    for size in Self.sizes {
      let tree = try await VirtTree.shared.path(mebibytes: size)
      let (plan, code) = try await PlanFile.make(options + ["--dtb", tree])
      if code == 0 {
        if plan.diagnostics("KX164").isEmpty { fitting.append(size) }
        continue
      }
      #expect(code == 73)
      #expect(plan.entry == nil && plan.registers == nil && plan.segments.isEmpty)
      #expect(!plan.diagnostics("KX104").isEmpty)
      named.insert(try smallest(plan))
    }
    #expect(named.count == 1)
    let border = try #require(named.first)
    try #require(border % 0x20_0000 == 0)
    let mebibytes = border >> 20
    #expect(fitting == Self.sizes.filter { $0 >= mebibytes })
    try await Verdict.expectIntact(options + ["--memory", "\(mebibytes)M"])
    // What is left there is less than the estimate, and may do.
    let tree = try await VirtTree.shared.path(mebibytes: mebibytes - 2)
    let (less, code) = try await PlanFile.make(options + ["--dtb", tree])
    #expect(code == 73 || code == 0 && !less.diagnostics("KX164").isEmpty)
  }
}

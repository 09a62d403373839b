// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 5: what other rules do.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct RuleTests {
  private static let base: UInt64 = 0x4000_0000
  private static let load: UInt64 = 0x4000_8000
  private static let scratch: UInt64 = 0x11000

  /// Where a rule puts the initrd, reckoned here.
  private func initrd(_ rule: String, zImage: UInt64, _ table: SizeTable) -> UInt64 {
    func pages(_ bytes: UInt64) -> UInt64 { (bytes + 0xfff) & ~0xfff }
    switch rule {
    case "ratio4": return Self.base + pages(4 * zImage)
    case "ratio5": return Self.load + pages(5 * (zImage + Self.scratch))
    default:
      return Self.load
        + pages(
          max(
            table.inflatedBytes + table.bssBytes, table.inflatedBytes + zImage + Self.scratch))
    }
  }

  @Test(
    "A rule that guesses lets the initrd be overwritten: the plan tells the bytes, no boot follows",
    arguments: ["armmp", "armmp-lpae"], ["ratio4", "ratio5", "kexec-tools"])
  func overlaps(name: String, rule: String) async throws {
    let kernel = try LabKernel(name).path
    let bytes = try Scratch.bytes(kernel)
    let saved = try await KX.run(
      [
        "plan", "--json", kernel, "--initrd", Lab.initrd, "--append", "console=ttyAMA0", "--dtb",
        try await VirtTree.shared.path(mebibytes: 512), "--rule", rule,
      ])
    let plan = try PlanFile(saved)
    #expect(saved.code == 1)
    #expect(plan.rule == rule && plan.handover == "zimage")
    #expect(number(try plan.segment("kernel").first) == Self.load)
    let initrd = try plan.segment("initrd")
    #expect(
      initrd.start
        == self.initrd(rule, zImage: UInt64(bytes.count), try SizeTable(zImage: bytes)))
    if name == "armmp", rule == "kexec-tools" { #expect(initrd.first == "0x418ed000") }
    let overlap = try #require(
      plan.diagnostics("KX101").first { $0.message.hasPrefix("initrd ") })
    #expect(overlap.severity == "error")
    #expect(overlap.message.contains("overlaps"))
    // Counted here byte range by byte range: what the model says is written, inside the initrd.
    let data = initrd.start..<(initrd.start + UInt64(try #require(initrd.fileBytes)))
    let edges =
      plan.footprint.flatMap { [$0.start, $0.end + 1] } + [data.lowerBound, data.upperBound]
    let inside = edges.filter { $0 >= data.lowerBound && $0 <= data.upperBound }.sorted()
    let lost = zip(inside, inside.dropFirst()).reduce(into: UInt64(0)) { sum, piece in
      if plan.footprint.contains(where: { $0.start <= piece.0 && piece.0 <= $0.end }) {
        sum += piece.1 - piece.0
      }
    }
    #expect(lost > 0 && overlap.bytes == lost)
    let outcome = try await KX.boot(
      [try Scratch.file("plan.json", saved.output), "--timeout", "30", "--quiet"])
    #expect((10...13).contains(outcome.code), "\(outcome.text)\(outcome.errors)")
    #expect(!outcome.text.contains("initrd intact"))
  }

  @Test(
    "A rule implies the zimage handover and its own load address: anything else is wrong usage",
    arguments: ["ratio4", "ratio5", "kexec-tools"])
  func usage(rule: String) async throws {
    let kernel = try LabKernel("tiny-gzip").path
    for more in [["--handover", "image"], ["--load", "0x41000000"]] {
      let outcome = try await KX.run(["plan", kernel, "--rule", rule] + more)
      #expect(outcome.code == 64)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("--rule \(rule)"))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// The kernels that Debian has now: whatever a release brings, it is seen here first.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct NewestKernelTests {
  @Test(
    "Debian's kernels of today come up as planned, the initrd intact", arguments: Lab.newest,
    MatrixBoot.handovers)
  func boots(suite: String, handover: String) async throws {
    try await Verdict.expectIntact([
      Lab.newestPath(suite), "--initrd", Lab.initrd, "--append", "console=ttyAMA0", "--handover",
      handover,
    ])
  }

  @Test(
    "Without its size table, a kernel of today has the same figures as with it",
    arguments: Lab.newest)
  func erased(suite: String) async throws {
    let copy = try Scratch.folder("erased").appending(path: "vmlinuz").path
    try await Program.succeed(
      Lab.repository.appending(path: "scripts/lab/erase-size-table").path, Lab.newestPath(suite),
      copy)
    let tagged = try await figures(Lab.newestPath(suite))
    #expect(tagged == (try await figures(copy)))
    #expect(tagged.count == Self.names.count)
  }

  private static let names = ["inflatedBytes", "bssBytes", "textOffset", "compression"]

  private func figures(_ path: String) async throws -> [String: String] {
    let outcome = try await KX.run(["inspect", path, "--verify", "--json"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
    let kernel = try #require(document?["kernel"] as? [String: Any])
    return Dictionary(
      uniqueKeysWithValues: Self.names.compactMap { name in
        kernel[name].map { (name, "\($0)") }
      })
  }
}

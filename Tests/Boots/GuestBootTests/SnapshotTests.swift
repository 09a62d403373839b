// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 6: one truth on the device and on the developer's machine.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct SnapshotTests {
  @Test(
    "What the device plans, kx plans from its snapshot, byte for byte",
    arguments: Session.plans.indices)
  func same(index: Int) async throws {
    let session = try await Session.shared.value
    let snapshot = try Scratch.file(
      "machine", try await session.answer("snapshot").bytes)
    let answer = try session.answer("json-\(index + 1)")
    let device = try await answer.bytes
    let words = Session.plans[index].split(separator: " ").map(String.init)
    let host = try await KX.run(
      ["plan"] + words + ["--machine", snapshot, "--json"], folder: session.folder)
    #expect(host.code == answer.code, "\(host.errors)")
    #expect(!device.isEmpty)
    #expect(
      device == host.output,
      "\(String(decoding: device, as: UTF8.self))\n\(host.text)")
    // Compared is a plan of this machine, not two times the same refusal.
    let plan = try PlanFile(host)
    #expect(plan.machine.ram.map(\.last) == ["0x5fffffff"])
    #expect(plan.files.first?.path == words.first)
    #expect(plan.entry != nil)
  }
}

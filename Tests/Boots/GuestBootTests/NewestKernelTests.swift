// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// The kernels that Debian has now start one another.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct NewestKernelTests {
  /// Each is the running one in one boot and the one that is started in the other, once by each
  /// handover. Where the mirror serves only one of them, it starts itself.
  static let boots: [(running: String, started: String, handover: String)] = {
    guard let first = Lab.newest.first, let last = Lab.newest.last else { return [] }
    return [(first, last, "image"), (last, first, "zimage")]
  }()

  @Test(
    "Debian's kernels of today are started from one another, the initrd intact", arguments: boots)
  func start(running: String, started: String, handover: String) async throws {
    try DeviceLab.require()
    let outcome = try await Gate.programs.passing {
      try await Program.run(
        Lab.repository.appending(path: "scripts/lab/guest-kexec").path,
        [
          "--first", Lab.newestPath(running), "--timeout", "420", DeviceLab.loader,
          Lab.newestPath(started), "--", "--handover=" + handover,
        ])
    }
    #expect(outcome.code == 0, "\(outcome.text.suffix(3000))")
    let digest = try await LabBlob.shared.value.digest
    #expect(outcome.text.contains("swift-kexec verdict: initrd intact " + digest))
  }
}

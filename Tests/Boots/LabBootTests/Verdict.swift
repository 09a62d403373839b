// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// What the lab's initrd must say.
enum Verdict {
  static let intact = Task<String, any Error> {
    "swift-kexec verdict: initrd intact " + (try await LabBlob.shared.value.digest)
  }

  /// Boots, and expects the initrd to come up as it was packed.
  static func expectIntact(_ arguments: [String]) async throws {
    let outcome = try await KX.boot(arguments)
    let line = try await intact.value
    #expect(outcome.code == 0, "\(outcome.text.suffix(3000))\(outcome.errors)")
    #expect(outcome.text.contains("\n" + line))
    #expect(outcome.lastLine.hasPrefix("verdict: booted: " + line))
  }
}

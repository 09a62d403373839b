// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What the lab's initrd must say: the digest of the blob it carries, computed here from the
/// archive.
enum Verdict {
  static let intact = Task<String, any Error> {
    let folder = try Scratch.folder("initrd")
    let outcome = try await Program.run(
      "bash",
      [
        "-euo", "pipefail", "-c",
        "gzip -dc \"$1\" | (cd \"$2\" && cpio --quiet -i blob) && sha256sum \"$2/blob\"", "-",
        Lab.initrd, folder.path,
      ])
    guard outcome.code == 0, let digest = outcome.text.split(separator: " ").first else {
      throw Program.Failure(command: "cpio", errors: outcome.errors)
    }
    return "swift-kexec verdict: initrd intact \(digest)"
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

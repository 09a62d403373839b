// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the lab's initrd carries: bytes that no compressor makes smaller, and their digest, computed
/// here from the archive.
package struct LabBlob: Sendable {
  package let path: String
  package let digest: String

  package static let shared = Task<LabBlob, any Error> {
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
    return LabBlob(path: folder.appending(path: "blob").path, digest: String(digest))
  }
}

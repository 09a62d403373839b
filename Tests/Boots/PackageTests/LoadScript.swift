// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Runs packaging/kexec-load where the programs that it calls are ours, and write down how.
struct LoadScript {
  private let folder: URL

  init() throws {
    folder = try Scratch.folder("kexec-load")
    for name in ["bin", "run", "boot"] { try makeFolder(name) }
    // A load changes the record, as that of the real program does.
    try program(
      "swift-kexec",
      """
      echo "swift-kexec $*" >>calls
      if [ -e damaged ]; then echo "error: KX000 it is damaged" >&2; exit 65; fi
      echo "$* $(wc -l <calls)" >record
      """)
    try program("systemctl", "echo \"12 $(cat jobs) start running\"")
    try program("dpkg-query", "[ ! -e status ] || cat status")
    try write("", to: "jobs")
  }

  private func program(_ name: String, _ text: String) throws {
    let path = "bin/" + name
    try write("#!/bin/sh\n" + text + "\n", to: path)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: path).path)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      at: folder.appending(path: name), withIntermediateDirectories: true)
  }

  /// Sets the time at which a file was last written, in seconds since 1970.
  func touch(_ name: String, _ seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: seconds)],
      ofItemAtPath: folder.appending(path: name).path)
  }

  /// As systemd would run it in the middle of a job for `jobs`.
  @discardableResult
  func run(_ verb: String, jobs: String = "") async throws -> Program.Outcome {
    try write(jobs, to: "jobs")
    let script = Lab.repository.appending(path: "packaging/kexec-load").path
    return try await Program.run(
      "/bin/sh", [script, verb],
      environment: [
        "PATH": folder.path + "/bin:/usr/bin:/bin", "KEXEC_DEFAULTS": "./defaults",
        "KEXEC_RECORD": "record", "KEXEC_BOOT": "boot", "RUNTIME_DIRECTORY": "run",
      ], folder: folder, seconds: 30)
  }

  /// How the loader was called so far.
  var calls: [String] {
    let text = (try? String(contentsOf: folder.appending(path: "calls"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }
}

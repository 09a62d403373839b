// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// A machine in QEMU whose first kernel runs commands of ours, by scripts/lab/guest-kexec.
struct Guest: Sendable {
  /// A file in /boot of the guest.
  struct File: Sendable {
    let name: String
    let path: String

    init(_ name: String, _ path: String) {
      self.name = name
      self.path = path
    }
  }

  /// What came of it.
  struct Outcome: Sendable {
    let console: [String]
    let code: ExecutedCode
  }

  /// The kernel that QEMU starts.
  var first = "armmp"
  var mebibytes = 512
  var cpus = 1
  /// More for QEMU's -M.
  var machine: String?
  var tree: String?
  /// The commands: the name of a file in `guest`.
  var commands = "generation.sh"
  var files: [File] = []
  var libraries: [String] = []
  var seconds = 600

  /// Runs the machine to its end.
  func run() async throws -> Outcome {
    try DeviceLab.require()
    let folder = try Scratch.folder("guest")
    let trace = folder.appending(path: "trace").path
    var arguments = [
      "--initrd", "none", "--script",
      URL(filePath: #filePath).deletingLastPathComponent().appending(path: "guest/" + commands)
        .path,
      "--first", try LabKernel(first).path, "--memory", "\(mebibytes)", "--cpus", "\(cpus)",
      "--timeout", "\(seconds)",
    ]
    if let machine { arguments += ["--machine", machine] }
    if let tree { arguments += ["--dtb", tree] }
    for file in try staged(in: folder) { arguments += ["--file", file] }
    for library in libraries { arguments += ["--library", library] }
    for word in ["-D", trace] + ExecutedCode.options { arguments += ["--qemu", word] }
    arguments += [DeviceLab.loader, "none"]
    let script = Lab.repository.appending(path: "scripts/lab/guest-kexec").path
    let outcome = try await Gate.programs.passing { [arguments, seconds] in
      try await Program.run(script, arguments, seconds: seconds + 30)
    }
    return Outcome(
      console: outcome.output.split(separator: 0x0a, omittingEmptySubsequences: false)
        .map { String(decoding: $0.filter { $0 != 0x0d }, as: UTF8.self) },
      code: ExecutedCode(String(decoding: try Scratch.bytes(trace), as: UTF8.self)))
  }

  /// The files under the names that they have in the guest, and a list of their digests.
  private func staged(in folder: URL) throws -> [String] {
    let boot = folder.appending(path: "boot")
    try FileManager.default.createDirectory(at: boot, withIntermediateDirectories: true)
    for file in files {
      try FileManager.default.createSymbolicLink(
        at: boot.appending(path: file.name), withDestinationURL: URL(filePath: file.path))
    }
    let manifest = boot.appending(path: "manifest").path
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-ec", "sha256sum boot/* >list; mv list boot/manifest"]
    process.currentDirectoryURL = folder
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Program.Failure(command: "sha256sum", errors: folder.path)
    }
    return files.map { boot.appending(path: $0.name).path } + [manifest]
  }
}

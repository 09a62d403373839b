// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A machine in QEMU whose running kernel loads and starts another, by scripts/guest-kexec.
struct BoardGuest {
  /// Files that the machine is given; gone when the test ends.
  let folder: URL

  /// Calls with a new folder.
  static func with<Result>(_ body: (BoardGuest) async throws -> Result) async throws -> Result {
    try #require(BoardLab.missing.isEmpty, "missing: \(BoardLab.missing)")
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "swift-kexec-board-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(BoardGuest(folder: folder))
  }

  /// Runs a shell script in the folder; CACHE, and the scripts of the repository on the PATH, are
  /// there for it.
  ///
  /// - Returns: What it printed, without carriage returns, and its exit code.
  @discardableResult
  func shell(_ script: String) async throws -> (text: String, code: Int32) {
    let output = folder.appending(path: "output-\(UUID().uuidString)")
    try Data().write(to: output)
    let handle = try FileHandle(forWritingTo: output)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["--kill-after=5", "600", "/bin/bash", "-euc", script]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging([
      "CACHE": BoardLab.cache,
      "PATH": BoardLab.repository + "/scripts:"
        + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"),
    ]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    try await withCheckedThrowingContinuation { (ending: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ending.resume() }
      do {
        try process.run()
      } catch {
        process.terminationHandler = nil
        ending.resume(throwing: error)
      }
    }
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    return (text.replacing("\r\n", with: "\n"), process.terminationStatus)
  }

  /// Runs a shell script that must succeed.
  func prepare(_ script: String) async throws {
    let (text, code) = try await shell(script)
    try #require(code == 0, "\(script)\n\(text)")
  }

  /// Runs a machine to its end and gives its console.
  func console(_ words: String...) async throws -> String {
    try await shell("guest-kexec " + words.joined(separator: " ")).text
  }

  /// Runs a machine whose second init must find its initrd intact.
  ///
  /// - Returns: The console.
  @discardableResult
  func expectIntact(_ words: String...) async throws -> String {
    let (text, code) = try await shell("guest-kexec " + words.joined(separator: " "))
    #expect(code == 0, "\(text)")
    #expect(text.contains("swift-kexec verdict: initrd intact"), "\(text)")
    return text
  }
}

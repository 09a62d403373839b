// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// A machine in QEMU whose running kernel loads and starts another, by scripts/lab/guest-kexec.
struct BoardGuest: Sendable {
  /// Files that the machine is given.
  private let folder: URL

  /// Makes a folder.
  init() throws {
    try #require(BoardLab.missing.isEmpty, "missing: \(BoardLab.missing)")
    folder = try Scratch.folder("board")
  }

  /// Runs shell commands in the folder, which must succeed.
  func prepare(_ script: String) async throws {
    let outcome = try await Program.run("/bin/bash", ["-euc", script], folder: folder)
    try #require(outcome.code == 0, "\(script)\n\(outcome.text)\(outcome.errors)")
  }

  /// Runs a machine to its end, by the words that `scripts/lab/guest-kexec` is given, and gives its
  /// console without carriage returns.
  func console(_ words: [String]) async throws -> String { try await run(words).text }

  /// The same, for a machine whose second init must find its initrd intact.
  @discardableResult
  func expectIntact(_ words: [String]) async throws -> String {
    let (text, code) = try await run(words)
    #expect(code == 0, "\(text)")
    #expect(text.contains("swift-kexec verdict: initrd intact"), "\(text)")
    return text
  }

  private func run(_ words: [String]) async throws -> (text: String, code: Int32) {
    let script = Lab.repository.appending(path: "scripts/lab/guest-kexec").path
    let outcome = try await Gate.programs.passing {
      try await Program.run(script, words, folder: folder)
    }
    return ((outcome.text + outcome.errors).replacing("\r\n", with: "\n"), outcome.code)
  }
}

// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Runs a program to its end without holding a thread.
package enum Program {
  package struct Outcome: Sendable {
    package let code: Int32
    package let output: [UInt8]
    package let errors: String

    package var text: String { String(decoding: output, as: UTF8.self) }
    package var lastLine: String { text.split(separator: "\n").last.map(String.init) ?? "" }
  }

  /// Runs a program found on the PATH; files instead of pipes, so that neither side can block the
  /// other. A program that takes longer than `seconds` is killed: then the code is 124.
  package static func run(
    _ name: String, _ arguments: [String], environment: [String: String] = [:],
    folder start: URL? = nil, seconds: Int = 600
  ) async throws -> Outcome {
    let folder = try Scratch.folder("run")
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["out", "err"].map { folder.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["--kill-after=5", "\(seconds)", name] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let start { process.currentDirectoryURL = start }
    let handles = try files.map { try FileHandle(forWritingTo: $0) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    try await withCheckedThrowingContinuation { (ending: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ending.resume() }
      do {
        try process.run()
      } catch {
        process.terminationHandler = nil
        ending.resume(throwing: error)
      }
    }
    for handle in handles { try handle.close() }
    return Outcome(
      code: process.terminationStatus, output: [UInt8](try Data(contentsOf: files[0])),
      errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
  }

  /// Runs a program that must succeed.
  @discardableResult
  package static func succeed(_ name: String, _ arguments: String...) async throws -> Outcome {
    let outcome = try await run(name, arguments)
    guard outcome.code == 0 else {
      throw Failure(command: ([name] + arguments).joined(separator: " "), errors: outcome.errors)
    }
    return outcome
  }

  package struct Failure: Error {
    package let command: String
    package let errors: String

    package init(command: String, errors: String) {
      self.command = command
      self.errors = errors
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The program under test, built beside the tests.
enum KX {
  static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "kx").path

  /// Runs it as soon as there is a core for it and for the machine it may start.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> Program.Outcome {
    await Gate.programs.enter()
    do {
      let outcome = try await Program.run(path, arguments, environment: environment)
      await Gate.programs.leave()
      return outcome
    } catch {
      await Gate.programs.leave()
      throw error
    }
  }

  static func boot(_ arguments: [String]) async throws -> Program.Outcome {
    try await run(["try"] + arguments)
  }
}

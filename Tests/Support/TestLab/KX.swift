// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The program under test, built beside the tests.
package enum KX {
  package static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "kx").path

  /// Runs it as soon as there is a core for it and for the machine it may start.
  package static func run(
    _ arguments: [String], environment: [String: String] = [:], folder: URL? = nil
  ) async throws -> Program.Outcome {
    try await Gate.programs.passing {
      try await Program.run(path, arguments, environment: environment, folder: folder)
    }
  }

  package static func boot(_ arguments: [String]) async throws -> Program.Outcome {
    try await run(["try"] + arguments)
  }
}

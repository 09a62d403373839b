// SPDX-License-Identifier: Apache-2.0

/// Runs a program on a pseudo terminal, as somebody sees it.
package enum PseudoTerminal {
  /// Runs words of a shell's command line.
  package static func run(
    _ command: [String], _ environment: [String: String] = [:]
  ) async throws -> Program.Outcome {
    var all = ["TERM": "xterm", "LANG": "C.UTF-8", "CI": ""]
    all.merge(environment) { $1 }
    return try await Program.run(
      "/usr/bin/env",
      all.map { $0.key + "=" + $0.value } + [
        "script", "--quiet", "--return", "--command", command.joined(separator: " "), "/dev/null",
      ])
  }
}

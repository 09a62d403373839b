// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Files under Tests/Fixtures/reporting that hold what was once looked at and found good.
enum Golden {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/reporting")

  static func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// Compares a text with a golden file, or rewrites the file when UPDATE_GOLDEN is 1.
  static func expect(_ text: String, _ name: String) throws {
    let file = file(name)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      return
    }
    let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    guard golden != text else { return }
    let pairs = zip(
      golden.split(separator: "\n", omittingEmptySubsequences: false),
      text.split(separator: "\n", omittingEmptySubsequences: false))
    let line = pairs.enumerated().first { $0.element.0 != $0.element.1 }
    Issue.record(
      """
      \(name) differs, first at line \((line?.offset ?? -1) + 1):
      golden: \(line?.element.0 ?? "(ends)")
      now:    \(line?.element.1 ?? "(ends)")
      run with UPDATE_GOLDEN=1 if the change is wanted
      """)
  }

  /// Runs a Python program on files and gives what it printed; a failure is recorded.
  static func python(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "python3 refused \(arguments)")
    return String(decoding: output, as: UTF8.self)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The probe: built with optimisation, because a limit of time is one of the product.
enum HostileProgram {
  private static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Builds once for all tests of this process.
  private static let built = Task { try await build() }

  static func path() async throws -> String { try await built.value }

  /// `make` has built it before the tests, as far as it is up to date; otherwise it is built in a
  /// folder of its own, because SwiftPM may be holding the lock of the usual one.
  private static func build() async throws -> String {
    let usual = package.appending(path: ".build/release/HostileProbe").path
    if let made = modified(usual), made > newestSource() { return usual }
    let scratch = package.appending(path: ".build/hostile").path
    let log = FileManager.default.temporaryDirectory
      .appending(path: "HostileProbe-" + UUID().uuidString).path
    let status = try await run(
      "/usr/bin/env",
      [
        "swift", "build", "--configuration", "release", "--product", "HostileProbe",
        "--package-path", package.path, "--scratch-path", scratch,
      ], input: "/dev/null", output: log, errors: log + ".errors", patience: 1800)
    let text = try String(contentsOfFile: log, encoding: .utf8)
    try FileManager.default.removeItem(atPath: log)
    try FileManager.default.removeItem(atPath: log + ".errors")
    guard status == 0 else { throw HostileLab.Failure(description: "no probe: \(text)") }
    return scratch + "/release/HostileProbe"
  }

  /// When the newest file was changed that goes into the probe.
  private static func newestSource() -> Date {
    var newest = Date.distantPast
    for folder in [
      "Sources/PhysicalMemory", "Sources/Digests", "Sources/DeviceTree", "Sources/Handover",
      "Sources/CInflation", "Sources/Inflation", "Sources/KernelImages", "Sources/BootPlanning",
      "Tests/Hostile/HostileProbe",
    ] {
      let root = package.appending(path: folder).path
      for name in FileManager.default.enumerator(atPath: root) ?? .init() {
        guard let name = name as? String, let date = modified(root + "/" + name) else { continue }
        newest = max(newest, date)
      }
    }
    return newest
  }

  private static func modified(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  /// Runs a program between files; one that takes longer than `patience` seconds is killed.
  static func run(
    _ program: String, _ arguments: [String], input: String, output: String, errors: String,
    patience: Double
  ) async throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = FileHandle(forReadingAtPath: input)
    for path in [output, errors] {
      try Data().write(to: URL(filePath: path))
    }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    let end = Date.now + patience
    while process.isRunning {
      if Date.now > end { kill(process.processIdentifier, SIGKILL) }
      try await Task.sleep(for: .milliseconds(20))
    }
    return process.terminationStatus
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A folder in which cases are made, read by the probe, and judged.
struct HostileLab {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static let environment = ProcessInfo.processInfo.environment
  static let seed = environment["SEED"] ?? "1"
  static let count = Int(environment["CASES"] ?? "") ?? 0
  private static let matrix = environment["SWIFT_KEXEC_MATRIX"] == "full" ? "full" : "ci"
  /// Seconds that one program may run.
  private static let patience: Double = matrix == "full" ? 4 * 3600 : 600

  private static let cache =
    environment["SWIFT_KEXEC_CACHE"]
    ?? (environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache") + "/swift-kexec"
  private static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let reference = package.appending(
    path: "Tests/Hostile/HostileInputTests/reference"
  ).path

  static let hasKernels = ["armmp", "tiny-gzip", "tiny-xz", "tiny-lzma", "tiny-lzo", "tiny-lz4"]
    .allSatisfy { FileManager.default.fileExists(atPath: cache + "/kernels/\($0)/vmlinuz") }

  private let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "HostileInput-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  func makeCases(_ group: String) async throws {
    try await python(
      "cases.py", group, folder, Self.cache, Self.matrix, Self.seed, String(Self.count))
  }

  /// Reads all cases; gives those at which the process ended, after which it was started anew.
  func probe(_ group: String) async throws -> [String] {
    var left = try lines(group + ".cases")
    var answers: [String] = []
    var ended: [String] = []
    while !left.isEmpty, ended.count < 10 {
      let (new, status) = try await read(left, group)
      answers += new
      left.removeFirst(min(left.count, new.count))
      guard let line = left.first else { break }
      ended.append("status \(status): " + line)
      left.removeFirst()
    }
    try write(answers, group + ".answers")
    return ended
  }

  /// Reads cases alone, three times over; gives the most microseconds that one of them took in the
  /// time that was best for it.
  func leastTime(of numbers: [Int], in group: String) async throws -> Int {
    let chosen = try lines(group + ".cases").filter { line in
      numbers.contains { line.hasPrefix("\($0)\t") }
    }
    var best = [Int](repeating: .max, count: chosen.count)
    for _ in 0..<3 {
      for (index, answer) in try await read(chosen, group).answers.enumerated() {
        best[index] = min(best[index], Int(answer.split(separator: "\t")[1]) ?? .max)
      }
    }
    return best.max() ?? 0
  }

  func judge(_ group: String) async throws -> HostileVerdict {
    try await python("judge.py", group, folder)
    let text = try Data(contentsOf: URL(filePath: folder + "/output"))
    return try JSONDecoder().decode(HostileVerdict.self, from: text)
  }

  private func read(
    _ cases: [String], _ group: String
  ) async throws -> (answers: [String], status: Int32) {
    let trees = folder + "/\(group).trees"
    try FileManager.default.createDirectory(atPath: trees, withIntermediateDirectories: true)
    try write(cases, "input")
    let status = try await run(try await HostileProgram.path(), [trees])
    // The last line may be cut off.
    return (try lines("output").filter { $0.contains("\tok") || $0.contains("\terror") }, status)
  }

  private func python(_ arguments: String...) async throws {
    let script = Self.reference + "/" + arguments[0]
    try write([], "input")
    let status = try await run("/usr/bin/python3", ["-B", script] + arguments.dropFirst())
    guard status == 0 else {
      let text = try String(contentsOfFile: folder + "/errors", encoding: .utf8)
      throw Failure(description: "\(arguments): status \(status)\n\(text)")
    }
  }

  private func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  private func write(_ lines: [String], _ name: String) throws {
    let text = lines.map { $0 + "\n" }.joined()
    try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
  }

  /// Runs a program from `input` to `output` and `errors`; one that takes too long is killed.
  private func run(_ program: String, _ arguments: [String]) async throws -> Int32 {
    try await HostileProgram.run(
      program, arguments, input: folder + "/input", output: folder + "/output",
      errors: folder + "/errors", patience: Self.patience)
  }
}

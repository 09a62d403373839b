// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// `scripts/check/fuzz` around a program that stands in for libFuzzer's.
struct FuzzScriptTests {
  /// What the stand-in does: crashes, stops at a slow input, ends without a word, or finds nothing.
  private static let program = """
    #!/usr/bin/env bash
    if [[ $FUZZ_TARGET == list ]]; then
      printf '%s\\n' $NAMES
      exit 0
    fi
    for word; do
      case $word in
        -artifact_prefix=*) prefix=${word#*=} ;;
        -exact_artifact_path=*) printf small >"${word#*=}"; exit 0 ;;
      esac
    done
    if [[ -z ${prefix-} ]]; then
      [[ $OUTCOME == crash ]] || exit 0
      echo 'Fatal error: broken rule: planted'
      exit 77
    fi
    echo '#9 DONE   cov: 7 ft: 9'
    echo 'stat::number_of_executed_units: 1000'
    case $OUTCOME in
      crash) printf 'rather long' >"${prefix}crash-1"; exit 77 ;;
      slow) printf x >"${prefix}timeout-1"; exit 70 ;;
      silent) exit 9 ;;
    esac
    """

  private let script = Lab.repository.appending(path: "scripts/check/fuzz").path
  private let cache: URL
  private let binary: String

  init() throws {
    cache = try Scratch.folder("cache")
    let seeds = cache.appending(path: "seeds/dtb")
    // The rest of the cache the script makes itself.
    try FileManager.default.createDirectory(at: seeds, withIntermediateDirectories: true)
    try Data([0]).write(to: seeds.appending(path: "zero"))
    binary = try Scratch.file("Fuzz", Array(Self.program.utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: binary)
  }

  private func run(
    _ target: String, outcome: String = "clean", without: String = "", script: String? = nil
  ) async throws -> Program.Outcome {
    let script = script ?? self.script
    let names = try await Program.succeed(script, "--list").text.split(separator: "\n")
      .filter { $0 != without }.joined(separator: " ")
    return try await Program.run(
      script,
      ["--binary", binary, "--seeds", cache.appending(path: "seeds").path, "--time", "1", target],
      environment: ["SWIFT_KEXEC_CACHE": cache.path, "NAMES": names, "OUTCOME": outcome])
  }

  private func report(script: String? = nil) async throws -> String {
    try await ask("--report", script: script ?? self.script)
  }

  private func ask(_ option: String, script: String) async throws -> String {
    try await Program.run(
      script, [option, "dtb"], environment: ["SWIFT_KEXEC_CACHE": cache.path]
    ).text
  }

  @Test("A finding is red, made smaller, and its input comes out of the log")
  func finding() async throws {
    let shown = try await run("dtb", outcome: "crash")
    #expect(shown.code == 1)
    #expect(shown.text.contains("dtb: Fatal error: broken rule: planted"))
    let command = try #require(shown.text.range(of: "echo [^>]*", options: .regularExpression))
    let input = try await Program.succeed("bash", "-c", String(shown.text[command]))
    #expect(input.text == "small")
  }

  @Test("An input that was slow by chance is no finding")
  func slowByChance() async throws {
    let shown = try await run("dtb", outcome: "slow")
    #expect(shown.code == 0)
    #expect(shown.lastLine.hasSuffix(" 0 |"))
  }

  @Test("A program that ends badly and leaves no input is not taken for a clean run")
  func silentEnd() async throws {
    let shown = try await run("dtb", outcome: "silent")
    #expect(shown.code == 70)
    #expect(shown.errors.contains("dtb could not be run: exit code 9"))
  }

  @Test("A target of the program that the script does not list is refused, else it never ran")
  func unlisted() async throws {
    let shown = try await run("dtb", without: "zstd")
    #expect(shown.code == 70)
    #expect(shown.errors.contains("the program's targets are not those of"))
  }

  @Test("What was run on the same sources adds up; the record of other sources stays what it was")
  func records() async throws {
    for _ in 0..<2 {
      #expect(try await run("dtb").code == 0)
    }
    #expect(try await report().contains("| dtb | 2 | 2 000 |"))
    let folder = cache.appending(path: "fuzz/dtb/records")
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    let record = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    let other = folder.appending(path: "0123456789abcdef.json")
    let changed = record.replacing(file.dropLast(5), with: "0123456789abcdef")
    try FileManager.default.removeItem(at: folder.appending(path: file))
    try changed.write(to: other, atomically: true, encoding: .utf8)
    #expect(try await report().contains(" †"))
    #expect(try await run("dtb").code == 0)
    #expect(try await report().contains("| dtb | 1 | 1 000 |"))
    #expect(try String(contentsOf: other, encoding: .utf8) == changed)
  }

  /// A repository of the script and of one source that goes into `dtb`.
  private func repository() async throws -> (folder: URL, source: URL, commit: String) {
    let folder = try Scratch.folder("repository")
    let source = folder.appending(path: "Sources/DeviceTree/Tree.swift")
    try FileManager.default.createDirectory(
      at: source.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: Lab.repository.appending(path: "scripts"), to: folder.appending(path: "scripts"))
    try Data("let node = 1\n".utf8).write(to: source)
    try FileManager.default.createDirectory(
      at: folder.appending(path: "docs"), withIntermediateDirectories: true)
    let commit = try await Program.succeed(
      "bash", "-euc",
      """
      cd "$0"; git init --quiet; git add .
      git -c user.name=a -c user.email=a@b.example commit --quiet --message=a
      git rev-parse --short HEAD
      """, folder.path)
    return (folder, source, commit.text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  @Test("A page is taken over where its sources are the present ones, once, and told apart later")
  func adopting() async throws {
    let (folder, source, commit) = try await repository()
    let script = folder.appending(path: "scripts/check/fuzz").path
    let page = folder.appending(path: "docs/fuzzing.md")
    func say(findings: Int) throws {
      try Data("| dtb | 1 900 | 5 000 | 3 | 11 | 4 | \(findings) | \(commit) |\n".utf8).write(
        to: page)
    }
    let changed = "dtb: left out: \(commit) is unknown here or has other sources\n"
    try say(findings: 1)
    #expect(
      try await ask("--adopt", script: script) == "dtb: left out: the page tells of findings\n")
    try say(findings: 0)
    try Data("let node = 2\n".utf8).write(to: source)
    #expect(try await ask("--adopt", script: script) == changed)
    try Data("let node = 1\n".utf8).write(to: source)
    let unseen = source.deletingLastPathComponent().appending(path: "Unseen.swift")
    try Data().write(to: unseen)
    #expect(try await ask("--adopt", script: script) == changed)
    try FileManager.default.removeItem(at: unseen)
    #expect(try await ask("--adopt", script: script) == "dtb: 1900 s taken over\n")
    #expect(
      try await ask("--adopt", script: script)
        == "dtb: left out: there is a record of 1900 s here\n")

    #expect(try await run("dtb", script: script).code == 0)
    let shown = try await report(script: script)
    #expect(shown.contains("| dtb | 1901 | 6 000 | 3 | 11 |"))
    #expect(
      shown.contains("1 900 s of these were run with corpora that are lost; the 1 s after them"))
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// `kx plan --matrix`.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct MatrixTests {
  /// A line of the output.
  private struct Line: Decodable, Equatable {
    var schemaVersion: Int
    var machine: String?
    var kernel: String?
    var file: String?
    var handover: String?
    var fits: Bool?
    var entry: String?
    var smallestRAM: UInt64?
    var fails: String?
    var diagnostics: [String]?
  }

  /// What of a plan's document is in a line.
  private struct Plan: Decodable {
    struct Diagnostic: Decodable {
      var code: String
      var severity: String
      var message: String
      var hint: String
    }
    var handover: String
    var entry: String?
    var diagnostics: [Diagnostic]
  }

  private static func lines(_ outcome: Program.Outcome) throws -> [Line] {
    try outcome.text.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  private static func iomem(_ name: String, _ text: String) throws -> String {
    try Scratch.file(name, Array((text + "\n").utf8))
  }

  /// Machines of each kind: the text of an iomem, a folder, a snapshot and a tree.
  private static func machines() async throws -> [String] {
    let folder = try Scratch.folder("machine")
    let map = "40000000-47ffffff : System RAM\n  41000000-410fffff : reserved\n"
    try Data(map.utf8).write(to: folder.appending(path: "iomem"))
    try Data("console=ttyAMA0 quiet\n".utf8).write(to: folder.appending(path: "cmdline"))
    let snapshot = try Scratch.folder("snapshot").appending(path: "notes.txt").path
    try await Program.succeed(
      "sh", "-c", "cd '\(folder.path)' && ls iomem cmdline | cpio -o -H newc >'\(snapshot)'")
    return [
      try iomem("vmlinuz", "10000000-100fffff : System RAM"), folder.path, snapshot,
      try await VirtTree.shared.path(mebibytes: 256),
    ]
  }

  @Test("Every line is what kx plan says of that pair alone, machine by machine")
  func linesArePlans() async throws {
    let kernels = try [
      LabKernel("tiny-gzip"), LabKernel("tiny-xz", .erased), LabKernel("armmp"),
    ].map { try $0.path }
    let machines = try await Self.machines()
    let options = ["--initrd", Lab.initrd, "--append", "console=ttyAMA0"]
    // A file's place in the list does not tell what it is.
    let files = [kernels[0], machines[0], machines[1], kernels[1], kernels[2]] + machines[2...]
    let outcome = try await KX.run(["plan", "--matrix"] + files + options)
    let lines = try Self.lines(outcome)
    #expect(lines.map(\.machine) == machines.flatMap { Array(repeating: $0, count: kernels.count) })
    #expect(lines.map(\.kernel) == machines.flatMap { _ in kernels })
    #expect(outcome.code == 1)
    #expect(lines.contains { $0.fits == false && $0.smallestRAM ?? 0 > 0 })
    #expect(lines.contains { $0.fits == true })
    for line in lines {
      let machine = try #require(line.machine)
      let named = machine == machines.last ? "--dtb" : "--machine"
      let alone = try await KX.run(
        ["plan", try #require(line.kernel), named, machine, "--json"] + options)
      let plan = try JSONDecoder().decode(Plan.self, from: Data(alone.output))
      let wrong = plan.diagnostics.first { $0.severity == "error" }
      #expect(line.handover == plan.handover)
      #expect(line.entry == plan.entry)
      #expect(line.fits == (plan.entry != nil))
      #expect(line.fails == wrong?.message)
      #expect(line.diagnostics == plan.diagnostics.map(\.code))
      #expect((line.fails == nil) == (alone.code == 0))
      if let smallest = line.smallestRAM {
        let digits = wrong?.hint.filter { $0.isNumber }
        #expect(digits?.contains(String(smallest)) == true, "\(wrong?.hint ?? "")")
      }
    }
  }

  @Test("The same files give the same lines, however many cores plan them")
  func order() async throws {
    let kernels = try LabKernel.tinyNames.map { try LabKernel($0).path }
    let machines = try (1...12).map { number in
      try Self.iomem(
        "m", "4\(String(number % 10))000000-4\(String(number % 10))ffffff : System RAM")
    }
    let once = try await KX.run(["plan", "--matrix"] + machines + kernels)
    let alone = try await Program.run(
      "taskset", ["-c", "0", KX.path, "plan", "--matrix"] + machines + kernels)
    #expect(once.text.split(separator: "\n").count == 60)
    #expect(once.output == alone.output)
    #expect(once.errors == alone.errors)
  }

  @Test("A file of no use is a line with the reason, and the others are planned")
  func uselessFiles() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let machine = try Self.iomem("m", "40000000-5fffffff : System RAM")
    let script = try Scratch.file("script", Array("#!/bin/sh\n".utf8))
    let hidden = try Self.iomem("hidden", "00000000-00000000 : System RAM")
    let initrd = Lab.initrd
    let absent = "/nonexistent/machine"
    let bad = [script, hidden, initrd, absent]
    let outcome = try await KX.run(["plan", "--matrix", kernel, machine] + bad)
    let lines = try Self.lines(outcome)
    #expect(outcome.code == 65)
    #expect(lines.map(\.file) == bad + [nil])
    #expect(lines.allSatisfy { $0.schemaVersion == 1 })
    let reasons = lines.compactMap(\.fails)
    #expect(reasons.count == 4)
    for (reason, word) in zip(reasons, ["script", "privilege", "initrd", "No such file"]) {
      #expect(reason.contains(word))
    }
    #expect(lines.last?.fits == true)
    for path in bad { #expect(outcome.errors.contains(path.suffix(20))) }
    let alone = try await KX.run(["plan", "--matrix", absent, kernel, machine])
    #expect(alone.code == 66)
  }

  @Test("A matrix without a machine, a kernel or any file is wrong usage, exit code 64")
  func nothing() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let machine = try Self.iomem("m", "40000000-5fffffff : System RAM")
    for arguments in [
      [], [kernel], [machine], [kernel, machine, "--ram", "0+1G"], [kernel, "--machine", machine],
    ] {
      let outcome = try await KX.run(["plan", "--matrix"] + arguments)
      #expect(outcome.code == 64, "\(arguments)")
      #expect(outcome.output.isEmpty)
    }
    let several = try await KX.run(["plan", kernel, machine])
    #expect(several.code == 64)
    #expect(several.errors.contains("--matrix"))
  }

  @Test("Where all pairs fit the exit code is 0 and the error stream has the count alone")
  func allFit() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let machine = try Self.iomem("m", "40000000-5fffffff : System RAM")
    let outcome = try await KX.run(["plan", "--matrix", machine, kernel])
    #expect(outcome.code == 0)
    #expect(outcome.errors == "1 pair of 1 machine and 1 kernel: 1 fit, 0 do not\n")
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// The JSON contract, and what goes to which stream.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct DocumentTests {
  /// The keys of kexec-plan(5), in their order.
  static let contract: [String: [String]] = [
    "": [
      "schemaVersion", "kernel", "rule", "handover", "machine", "files", "commandLine", "entry",
      "registers", "segments", "footprint", "diagnostics",
    ],
    "kernel": [
      "chain", "architecture", "fileBytes", "zImageBytes", "compression", "inflatedBytes",
      "inflatedBytesFrom", "bssBytes", "bssBytesFrom", "textOffset", "textOffsetFrom",
    ],
    "machine": ["pageBytes", "ram", "reserved"],
    "machine.ram[]": ["first", "last"],
    "machine.reserved[]": ["first", "last", "why"],
    "files[]": ["role", "path", "bytes", "sha256"],
    "registers": ["r0", "r1", "r2"],
    "segments[]": ["name", "first", "last", "fileBytes", "memoryBytes"],
    "footprint[]": ["name", "phase", "first", "last"],
    "diagnostics[]": ["code", "severity", "message", "hint"],
  ]

  @Test(
    "The keys of a plan stand in the order of the contract, also when rules overlap or nothing fits",
    arguments: [
      (["--handover", "image"], 512, 0), (["--handover", "zimage"], 512, 0),
      (["--rule", "ratio4"], 512, 1), ([], 16, 73),
    ] as [([String], Int, Int)])
  func order(options: [String], mebibytes: Int, code: Int) async throws {
    let outcome = try await KX.run(
      [
        "plan", "--json", try LabKernel("armmp").path, "--initrd", Lab.initrd, "--dtb",
        try await VirtTree.shared.path(mebibytes: mebibytes), "--reserve",
        "0x40a00000-0x40a00fff",
      ] + options)
    #expect(outcome.code == Int32(code))
    let plan = try PlanFile(outcome)
    #expect(plan.schemaVersion == 1)
    let keys = JSONKeys(outcome.text)
    for (path, expected) in Self.contract {
      for found in keys.objects[path] ?? [] {
        let isOverlap = path == "diagnostics[]" && found.last == "bytes"
        #expect(found == expected + (isOverlap ? ["bytes"] : []), "\(path)")
      }
    }
    for path in ["", "kernel", "machine", "machine.ram[]", "machine.reserved[]", "files[]"] {
      #expect(keys.objects[path]?.isEmpty == false, "\(path)")
    }
    #expect((keys.objects["registers"] == nil) == (code == 73))
    #expect((keys.objects["segments[]"] == nil) == (code == 73))
  }

  @Test(
    "Data goes to the output alone, without a single escape when it is no terminal",
    arguments: [["inspect"], ["plan", "--ram", "0x40000000+512M"]])
  func plain(arguments: [String]) async throws {
    let kernel = try LabKernel("tiny-gzip").path
    for environment in [["TERM": "xterm-256color", "NO_COLOR": ""], ["NO_COLOR": "1"]] {
      let outcome = try await KX.run(arguments + [kernel], environment: environment)
      #expect(outcome.code == 0)
      #expect(outcome.errors.isEmpty)
      #expect(!outcome.output.isEmpty && !outcome.output.contains(0x1b))
    }
  }

  @Test("NO_COLOR is heeded on a terminal, where there would be colour without it")
  func colour() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    func run(_ noColour: String) async throws -> Program.Outcome {
      // script(1) gives its child a terminal.
      try await Program.run(
        "script", ["-qec", "'\(KX.path)' plan '\(kernel)' --ram 0x40000000+512M", "/dev/null"],
        environment: ["TERM": "xterm-256color", "NO_COLOR": noColour])
    }
    #expect(try await run("").output.contains(0x1b))
    #expect(try await !run("1").output.contains(0x1b))
  }

  @Test("A plan made twice is the same, byte by byte")
  func repeatable() async throws {
    let arguments = [
      "plan", "--json", try LabKernel("tiny-xz").path, "--dtb",
      try await VirtTree.shared.path(mebibytes: 512),
    ]
    #expect(try await KX.run(arguments).output == KX.run(arguments).output)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// `kx bundle`, and what `kx try --via ferry` makes of Ferry's words.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct BundleTests {
  private static let ferry = Task<String, any Error> {
    try await StandInFerry.saying(["ferry: hello", "ferry: stopped"])
  }

  private func words(_ kernel: String = "tiny-gzip") async throws -> [String] {
    [
      try LabKernel(kernel).path, "--initrd", Lab.initrd, "--dtb",
      try await VirtTree.shared.path(mebibytes: 512), "--append", "console=ttyAMA0", "--ferry",
      try await Self.ferry.value,
    ]
  }

  private func output() throws -> String {
    try Scratch.folder("bundle").appending(path: "board.img").path
  }

  private func document(_ text: [UInt8]) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
  }

  @Test("The segments of a bundle are those of the plan, and inspect shows the same as bundle")
  func samePlan() async throws {
    let file = try output()
    let made = try await KX.run(["bundle"] + (try await words()) + ["-o", file, "--json"])
    #expect(made.code == 0, "\(made.errors)")
    let plan = try await KX.run(["plan"] + (try await words()).dropLast(2) + ["--json"])
    let planned = try document(plan.output)
    let bundle = try #require(try document(made.output)["bundle"] as? [String: Any])
    let inspected = try document(try await KX.run(["inspect", "--json", file]).output)
    let shown = try #require(inspected["bundle"] as? [String: Any])
    #expect(NSDictionary(dictionary: bundle) == NSDictionary(dictionary: shown))
    #expect(bundle["entry"] as? String == planned["entry"] as? String)
    let ours = try #require(bundle["segments"] as? [[String: Any]])
    let theirs = try #require(planned["segments"] as? [[String: Any]])
    #expect(ours.count == 3)
    for (one, other) in zip(ours, theirs) {
      for key in ["name", "first", "last", "fileBytes", "memoryBytes"] {
        #expect("\(one[key] ?? "")" == "\(other[key] ?? "-")")
      }
    }
    #expect(bundle["uart"] as? String == "pl011 at 0x09000000")
    let text = try await KX.run(["inspect", file]).text
    #expect(text.contains("wrapper, as loaders see it"))
    #expect(text.contains("strategy  arguments"))
  }

  @Test("What is asked of Ferry stands in the bundle")
  func asked() async throws {
    let file = try output()
    let made = try await KX.run(
      ["bundle"] + (try await words()) + [
        "-o", file, "--json", "--strategy", "inText", "--ferry-text", "rw", "--hyp", "drop",
        "--dtb-from-boot", "--uart", "ns16550a@0x44e09000,shift=2,width=4",
      ])
    #expect(made.code == 0, "\(made.errors)")
    let bundle = try #require(try document(made.output)["bundle"] as? [String: Any])
    #expect(bundle["strategy"] as? String == "inText")
    #expect(bundle["ferryText"] as? String == "rw")
    #expect(bundle["hyp"] as? String == "drop")
    #expect(bundle["dtbFromBoot"] as? Bool == true)
    #expect(bundle["uart"] as? String == "16550 at 0x44e09000, status at +0x14, words")
    // The tree of the loader may be larger than the bundled one.
    let segments = try #require(bundle["segments"] as? [[String: Any]])
    let tree = try #require(segments.first { $0["name"] as? String == "dtb" })
    #expect(tree["memoryBytes"] as? Int == 256 << 10)
  }

  @Test(
    "A uImage and an ELF file hold the bundle and say where it goes", arguments: ["uimage", "elf"])
  func wrapped(format: String) async throws {
    let plain = try output()
    _ = try await KX.run(["bundle"] + (try await words()) + ["-o", plain, "--uart", "none"])
    let file = try output()
    let made = try await KX.run(
      ["bundle"] + (try await words()) + [
        "-o", file, "--format", format, "--load-address", "0x50000000", "--uart", "none",
      ])
    #expect(made.code == 0, "\(made.errors)")
    #expect(made.text.contains("0x50000000"))
    let bytes = try Scratch.bytes(file)
    let header = format == "elf" ? 4096 : 64
    // Seeds in the tree are fresh each time, so only the length is the same.
    #expect(bytes.count == header + (try Scratch.bytes(plain).count))
    if format == "uimage" {
      let text = try await KX.run(["inspect", file]).text
      #expect(text.contains("uImage > bundle"))
    }
  }

  @Test(
    "What cannot be meant is wrong usage, exit code 64",
    arguments: [
      ["--load-address", "0x50000000"], ["--uart", "tty"], ["--uart", "pl011@"],
      ["--uart", "ns16550a@0x1000,shift=9"], ["--strategy", "magic"], ["--format", "tar"],
      ["--format", "elf", "--load-address", "0x50000001"],
    ])
  func usage(words: [String]) async throws {
    let file = try output()
    let outcome = try await KX.run(["bundle"] + (try await self.words()) + ["-o", file] + words)
    #expect(outcome.code == 64, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  @Test("A plan with errors is not bundled, and no file is written")
  func refused() async throws {
    let file = try output()
    let errors = try await KX.run(
      ["bundle"] + (try await words("armmp")) + ["-o", file, "--rule", "kexec-tools"])
    #expect(errors.code == 1)
    #expect(errors.errors.contains("overlaps"))
    let nothing = try await KX.run(
      ["bundle"] + (try await words()) + ["-o", file, "--ram", "0x40000000+4M"])
    #expect(nothing.code == 73)
    let treeless = try await KX.run(
      [
        "bundle", try LabKernel("tiny-gzip").path, "--ram", "0x40000000+512M", "--ferry",
        try await Self.ferry.value, "-o", file,
      ])
    #expect(treeless.code == 64)
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  @Test("Without Ferry the message says how to get it; a file that is none is refused")
  func noFerry() async throws {
    let file = try output()
    let words = Array((try await words()).dropLast(2))
    let wrong = try await KX.run(
      ["bundle"] + words + ["-o", file, "--ferry", try LabKernel("tiny-gzip").path])
    #expect(wrong.code == 65)
    #expect(wrong.errors.contains("make ferry"))
    let missing = try await KX.run(
      ["bundle"] + words + ["-o", file], environment: ["SWIFT_KEXEC_FERRY": "/nonexistent"])
    #expect(missing.code == 66)
    #expect(missing.errors.contains("/nonexistent"))
  }

  @Test("A damaged bundle is an error of inspect, with the segment")
  func damaged() async throws {
    let file = try output()
    _ = try await KX.run(["bundle"] + (try await words()) + ["-o", file])
    var bytes = try Scratch.bytes(file)
    bytes[bytes.count / 2] ^= 1
    let outcome = try await KX.run(["inspect", try Scratch.file("damaged.img", bytes)])
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("its SHA-256 differs"))
    #expect(outcome.output.isEmpty)
  }

  @Test("What is asked of Ferry without --via ferry is wrong usage; so is measuring through it")
  func viaUsage() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    for words in [
      ["--strategy", "inText"], ["--bundle-at", "0x48000000"], ["--via", "ferry", "--measure"],
    ] {
      let outcome = try await KX.boot([kernel] + words)
      #expect(outcome.code == 64, "\(words): \(outcome.errors)")
    }
  }
}

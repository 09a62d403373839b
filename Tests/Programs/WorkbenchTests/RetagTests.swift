// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// `kx retag`. kexec-tools loads what it makes in FerryBootTests.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct RetagTests {
  private func retag(_ zImage: String) async throws -> (file: String, outcome: Program.Outcome) {
    let file = try Scratch.folder("retag").appending(path: "vmlinuz").path
    return (file, try await KX.run(["retag", zImage, "-o", file]))
  }

  @Test("The kernel inside is the same to a plan as before", arguments: ["armmp", "tiny-lz4"])
  func samePlan(kernel: String) async throws {
    let (file, outcome) = try await retag(try LabKernel(kernel, .erased).path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let words = [
      "--initrd", Lab.initrd, "--dtb", try await VirtTree.shared.path(mebibytes: 512), "--handover",
      "zimage",
    ]
    let before = try await KX.run(["plan", try LabKernel(kernel, .erased).path] + words)
    let after = try await KX.run(["plan", file] + words)
    #expect(after.code == 0)
    let part = { (text: String) in
      text.split(separator: "\n").drop { !$0.hasPrefix("loaded") }.joined(separator: "\n")
    }
    #expect(part(after.text) == part(before.text))
  }

  @Test(
    "By the rules of loaders that know no better nothing is lost any more",
    arguments: ["armmp", "armmp-lpae", "tiny-xz"], ["kexec-tools", "ratio4", "ratio5"])
  func rules(kernel: String, rule: String) async throws {
    let (file, made) = try await retag(try LabKernel(kernel, .erased).path)
    #expect(made.code == 0, "\(made.errors)")
    let bytes = try Scratch.bytes(file)
    func word(_ offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    // What the rule makes of the file, counted here: the first byte behind the kernel, from L.
    let length = bytes.count
    let stated = word(word(0x48))
    let free =
      switch rule {
      case "ratio4": 4 * length - 0x8000
      case "ratio5": 5 * (length + 0x1_1000)
      default: max(stated + word(0x4c), stated + length + 0x1_1000)
      }
    // What the original writes when it lies a page higher, by the plan's own model.
    let original = try await KX.run([
      "plan", try LabKernel(kernel, .erased).path, "--ram", "0x40000000+512M", "--handover",
      "zimage", "--load", "0x40009000", "--dtb",
      try await VirtTree.shared.path(mebibytes: 512),
    ])
    #expect(original.code == 0, "\(original.errors)")
    let ends = original.text.split(separator: "\n")
      .filter { $0.contains("  decompress  ") || $0.contains("  kernel      ") }
      .compactMap { line in
        line.split(separator: " ").first { $0.hasPrefix("0x") && $0.contains("-") }
          .flatMap { Int($0.split(separator: "-")[1].dropFirst(2), radix: 16) }
      }
    let top = try #require(ends.max())
    #expect(ends.count > 5)
    #expect(top < 0x4000_8000 + free)
  }

  @Test("An appended device tree stays right behind the zImage")
  func appended() async throws {
    let zImage = try Scratch.bytes(try LabKernel("tiny-gzip").path)
    let tree = try Scratch.bytes(try await VirtTree.shared.packed())
    let (file, outcome) = try await retag(try Scratch.file("zImage-dtb", zImage + tree))
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("still right behind the zImage"))
    let bytes = try Scratch.bytes(file)
    #expect(Array(bytes[(0x1000 + zImage.count)...].prefix(tree.count)) == tree)
    let inspected = try await KX.run(["inspect", file])
    #expect(inspected.text.contains("KX009"))
  }

  @Test("What is no zImage is not retagged, and nothing twice")
  func refused() async throws {
    let (file, _) = try await retag(try LabKernel("tiny-gzip").path)
    let twice = try await retag(file).outcome
    #expect(twice.code == 65)
    #expect(twice.errors.contains("it has been retagged already"))
    let image = try await retag(LabKernel("tiny-gzip").folder + "/Image").outcome
    #expect(image.code == 65)
  }
}

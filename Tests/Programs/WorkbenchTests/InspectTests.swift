// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Acceptance 2: what is in the image.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct InspectTests {
  struct Document: Decodable {
    struct Facts: Decodable { let sizeWord: UInt64? }
    let kernel: PlanFile.Kernel
    let facts: Facts
    let diagnostics: [PlanFile.Diagnostic]
  }

  static let kernels = LabKernel.names.flatMap { name in
    LabKernel.Table.allCases.map { LabKernel(name, $0) }
  }

  private func inspect(_ kernel: LabKernel, _ options: [String] = []) async throws -> Document {
    let outcome = try await KX.run(["inspect", "--json", try kernel.path] + options)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Document.self, from: Data(outcome.output))
  }

  @Test("Nothing that the tests of real kernels need is missing")
  func complete() { #expect(Lab.missing == []) }

  @Test(
    "Inflated size, BSS and text offset are the size table's, also when it is erased or spoilt",
    arguments: kernels, [[], ["--verify"]])
  func figures(kernel: LabKernel, options: [String]) async throws {
    let table = try SizeTable(zImage: Scratch.bytes(LabKernel(kernel.name).path))
    let document = try await inspect(kernel, options)
    #expect(document.kernel.inflatedBytes == table.inflatedBytes)
    #expect(document.kernel.bssBytes == table.bssBytes)
    #expect(number(document.kernel.textOffset) == table.textOffset)
    #expect(document.diagnostics.isEmpty == (kernel.table != .spoilt))
    if kernel.table == .erased {
      #expect(document.kernel.inflatedBytesFrom == "payload")
      #expect(document.kernel.bssBytesFrom == "inflatedImage")
      #expect(document.kernel.textOffsetFrom == "inflatedImage")
    }
  }

  @Test(
    "The figures are those of the ELF file and the Image that the kernel was made of",
    arguments: LabKernel.tinyNames, [LabKernel.Table.intact, .erased])
  func symbols(name: String, table: LabKernel.Table) async throws {
    let kernel = LabKernel(name, table)
    let listing = try await Program.succeed("arm-linux-gnueabihf-nm", kernel.folder + "/vmlinux")
    var symbols: [String: UInt64] = [:]
    for line in listing.text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3 { symbols[String(words[2])] = UInt64(words[0], radix: 16) }
    }
    let image = try Scratch.bytes(kernel.folder + "/Image").count
    let start = try #require(symbols["__bss_start"])
    let document = try await inspect(kernel)
    #expect(document.kernel.inflatedBytes == UInt64(image))
    #expect(document.kernel.bssBytes == (try #require(symbols["__bss_stop"])) - start)
    #expect(number(document.kernel.textOffset) == (try #require(symbols["_text"])) - 0xc000_0000)
    #expect(start == 0xc000_0000 + number(document.kernel.textOffset) + UInt64(image))
  }

  /// A FIT with one kernel, and the body of its configurations.
  private func fit(_ configurations: String) async throws -> String {
    let source = """
      /dts-v1/;
      / {
        description = "boards";
        images {
          kernel-1 {
            type = "kernel"; arch = "arm"; compression = "none";
            data = /incbin/("\(try LabKernel("tiny-gzip").path)");
          };
        };
        configurations { \(configurations) };
      };
      """
    let folder = try Scratch.folder("fit")
    let (text, file) = (folder.appending(path: "f.its").path, folder.appending(path: "f.itb").path)
    try Data(source.utf8).write(to: URL(filePath: text))
    try await Program.succeed("dtc", "-q", "-O", "dtb", "-o", file, text)
    return file
  }

  @Test(
    "Of a container with a broken part is shown what was read up to there, and then the error",
    arguments: [
      ("default = \"one\"; one { kernel = \"kernel-1\"; fdt = \"nowhere\"; };", "no image nowhere"),
      ("default = \"two\"; one { kernel = \"kernel-1\"; };", "no configuration 'two'"),
      ("default = \"one\"; one { kernel = \"nowhere\"; };", "no image nowhere"),
    ])
  func brokenFIT(configurations: String, words: String) async throws {
    let file = try await fit(configurations)
    let outcome = try await KX.run(["inspect", file])
    #expect(outcome.code == 65)
    for word in ["FIT", "description: boards", "configurations", "one"] {
      #expect(outcome.text.contains(word), "\(outcome.text)")
    }
    #expect(!outcome.text.contains("a FIT of device trees alone"))
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.errors.contains("hint: ") && !outcome.errors.contains("kx inspect"))
    let document = try await KX.run(["inspect", "--json", file])
    #expect(document.code == 65 && document.text.contains("\"configurations\""))
  }

  @Test("Of a boot image with an unknown kernel is shown what else it holds, and then the error")
  func unknownKernel() async throws {
    var bytes = Array("ANDROID!".utf8) + [UInt8](repeating: 0, count: 2040)
    func put(_ word: UInt32, _ offset: Int) {
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: word >> (8 * index)) }
    }
    put(4096, 8)
    put(2048, 36)
    bytes += [UInt8](repeating: 0x5a, count: 4096)
    let outcome = try await KX.run(["inspect", try Scratch.file("boot.img", bytes)])
    #expect(outcome.code == 65, "\(outcome.errors)")
    #expect(outcome.text.contains("android") && outcome.text.contains("page size"))
    #expect(outcome.errors.contains("no kernel: what ") && !outcome.errors.contains("kx inspect"))
  }

  @Test(
    "A hint of an inspection does not lead back to it",
    arguments: [[], ["--verify"]])
  func leadsOn(options: [String]) async throws {
    let kernel = try LabKernel("tiny-gzip", .spoilt).path
    let outcome = try await KX.run(["inspect", kernel] + options)
    #expect(outcome.code == 0 && outcome.text.contains("hint: "), "\(outcome.text)")
    #expect(!outcome.text.contains("kx inspect") || options.isEmpty)
  }

  @Test("For which processors the kernel is is shown, where it tells")
  func versions() async throws {
    let outcome = try await KX.run(["inspect", try LabKernel("armmp").path])
    #expect(outcome.text.firstMatch(of: /runs on +ARMv7 and later/) != nil, "\(outcome.text)")
  }

  @Test(
    "A spoilt size word is shown, is an error for the zimage handover, a warning for the image's",
    arguments: LabKernel.names)
  func spoilt(name: String) async throws {
    let table = try SizeTable(zImage: Scratch.bytes(LabKernel(name).path))
    let kernel = LabKernel(name, .spoilt)
    #expect(try await inspect(kernel).facts.sizeWord == table.inflatedBytes + 4096)
    let tree = try await VirtTree.shared.path(mebibytes: 512)
    for (handover, severity, code) in [("zimage", "error", 1), ("image", "warning", 0)] {
      let found = try await PlanFile.make(
        [try kernel.path, "--dtb", tree, "--handover", handover])
      #expect(found.code == Int32(code))
      #expect(found.plan.diagnostics("KX106").map(\.severity) == [severity])
      #expect(found.plan.kernel.inflatedBytes == table.inflatedBytes)
    }
  }
}

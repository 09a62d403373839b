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

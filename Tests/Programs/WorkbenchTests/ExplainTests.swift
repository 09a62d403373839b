// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KernelImages
import TestLab
import Testing

@testable import kx

/// What `kx explain` knows.
struct ExplainTests {
  @Test("Every code says what it means, why it matters, what to do, and how, each in sentences")
  func complete() {
    for one in Explanation.all {
      for text in [one.meaning, one.consequence, one.remedy] {
        #expect(text.hasSuffix(".") || text.hasSuffix("\"."), "\(one.code): \(text)")
        #expect(text.first?.isUppercase == true || text.hasPrefix("/"), "\(one.code): \(text)")
        #expect(!text.contains("`") && !text.contains("\n"))
      }
      #expect(!one.examples.isEmpty && one.examples.allSatisfy { $0.count < 90 })
      #expect(one.meaning != one.consequence && one.severity.contains(/ok|note|warning|error/))
    }
  }

  @Test("Every code has exactly one explanation, its own, and they stand by number")
  func codes() {
    #expect(Explanation.all.map(\.code) == DiagnosticCode.allCases)
    #expect(DiagnosticCode.allCases.map(\.explanation.code) == DiagnosticCode.allCases)
    let numbers = DiagnosticCode.allCases.map(\.rawValue)
    #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
  }

  @Test(
    "A code is found as people write it",
    arguments: ["KX106", "kx106", "106", "Kx-106", "KX-106"])
  func spelling(text: String) {
    #expect(Explanation.named(text)?.code == .sizeWordWrong)
  }

  @Test("Leading zeros can be left out, and what is no code is none")
  func odd() {
    #expect(Explanation.named("9")?.code == .appendedDeviceTree)
    #expect(Explanation.named("KX14")?.code == .otherArchitecture)
    for text in ["", "KX", "1060", "KX107", "abc", "-", "１０６"] {
      #expect(Explanation.named(text) == nil)
    }
    #expect(Explanation.nearest(to: "107") == [.sizeWordWrong, .inReservedMemory, .outsideRAM])
    #expect(Explanation.nearest(to: "foo").isEmpty)
  }

  @Test("The document is what the explanations say, and every page named is there")
  func pages() throws {
    let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs")
    for one in Explanation.all {
      guard let page = one.page else { continue }
      #expect(FileManager.default.fileExists(atPath: docs.appending(path: page).path), "\(page)")
    }
    let page = try String(contentsOf: docs.appending(path: "diagnostics.md"), encoding: .utf8)
    #expect(page == ExplanationPage.markdown, "run 'make man'")
  }

  @Test("Examples are command lines that kx takes")
  func examples() throws {
    for example in Explanation.all.flatMap(\.examples) where example.hasPrefix("kx ") {
      var words: [String] = []
      // The only quotes are around a command line of the new kernel.
      for (index, part) in example.split(separator: "'").enumerated() {
        words += index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
      }
      #expect(throws: Never.self, "\(example)") { try KX.parseAsRoot(Array(words.dropFirst())) }
    }
  }

  @Test("One code is told in full, all in a line each; a wrong one gets its nearest")
  func program() async throws {
    let one = try await KX.run(["explain", "kx106"])
    #expect(one.code == 0 && one.errors.isEmpty)
    for part in ["KX106", "What it means", "Why it matters", "What to do", "For example", "docs/"] {
      #expect(one.text.contains(part))
    }
    let all = try await KX.run(["explain"])
    #expect(all.code == 0)
    let listed = all.text.split(separator: "\n").compactMap {
      $0.prefixMatch(of: #/ +(KX[0-9]{3}) /#)?.output.1
    }
    #expect(listed.map(String.init) == DiagnosticCode.allCases.map(\.description))
    let wrong = try await KX.run(["explain", "KX107"])
    #expect(wrong.code == 64 && wrong.output.isEmpty)
    #expect(wrong.errors.contains("hint: the nearest are KX106, KX108, KX109"))
    let document = try await KX.run(["explain", "106", "KX101", "--json"])
    let json = try JSONSerialization.jsonObject(with: Data(document.output)) as? [String: Any]
    let codes = json?["codes"] as? [[String: Any]]
    #expect(codes?.compactMap { $0["code"] as? String } == ["KX106", "KX101"])
  }
}

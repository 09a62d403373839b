// SPDX-License-Identifier: Apache-2.0
import Foundation
import KernelImages
import Testing

@testable import kexec

@Suite("The documents say what the program does")
struct DocumentTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("Each of the thirty rows of docs/checks.md has a code of the sources, or a reason")
  func rows() throws {
    let page = try Self.text("docs/checks.md")
    let all = Set(DiagnosticCode.allCases.map(\.description))
    var numbers: [Int] = []
    for line in page.split(separator: "\n") where line.hasPrefix("|") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 4, let number = Int(cells[0]) else { continue }
      numbers.append(number)
      #expect(!cells[1].isEmpty && cells[3].count > 20, "row \(number)")
      let codes = cells[2].split(separator: " ").map(String.init)
      #expect(codes == ["–"] || all.isSuperset(of: codes), "row \(number): \(codes)")
    }
    #expect(numbers == Array(1...30))
  }

  @Test("Each code of the check stands in docs/checks.md, and has a test of its line")
  func codes() throws {
    let own = Set(DiagnosticCode.allCases.filter { $0.rawValue >= 200 }.map(\.description))
    let page = try Self.text("docs/checks.md")
    for code in own { #expect(page.contains(code), "\(code)") }
    let tested = Set(CheckTests.cases.map { String($0.line.split(separator: " ")[1]) })
    #expect(own.subtracting(tested) == [])
    #expect(own.count >= 15)
  }

  @Test("The man page has every option, and none that is not there")
  func manPage() throws {
    let page = try Self.text("docs/kexec.8").replacing("\\-", with: "-")
    var long: Set<String> = []
    var short: Set<Character> = []
    for line in page.split(separator: "\n") where line.hasPrefix(".It Fl") {
      for match in line.matches(of: /Fl -([a-z][a-z-]+)/) { long.insert(String(match.1)) }
      for match in line.matches(of: /Fl ([a-zA-Z])(?= |$)/) {
        short.insert(match.1[match.1.startIndex])
      }
    }
    #expect(long == Set(Option.allCases.map(\.rawValue)))
    #expect(short == Set(Option.allCases.compactMap { $0.letter.map(Character.init) }))
  }

  @Test("The help has every option that is not refused")
  func help() {
    let refused: Set<Option> = [
      .fileCall, .loadPanic, .noCMA, .forceDTB, .hotplug, .preserveContext, .jumpBackHelper,
      .entry, .loadLiveUpdate, .execLiveUpdate, .plainCall, .autoCall, .noChecks,
    ]
    for option in Option.allCases where !refused.contains(option) {
      #expect(HelpText.usage.contains("--" + option.rawValue), "\(option.rawValue)")
    }
    for line in HelpText.usage.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
  }

  @Test("The exit codes of help and man page are those of the program")
  func exitCodes() throws {
    let page = try Self.text("docs/kexec.8")
    let told = page.split(separator: "\n").compactMap { line in
      line.hasPrefix(".It ") ? Int32(line.dropFirst(4)) : nil
    }
    let codes = Loader.Exit.allCases.map(\.rawValue)
    #expect(told == codes)
    let help = HelpText.usage.split(separator: "EXIT CODES").last.map(String.init) ?? ""
    let words = help.split { " \n".contains($0) }.compactMap { Int32($0) }
    #expect(words == codes)
  }
}

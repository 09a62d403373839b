// SPDX-License-Identifier: Apache-2.0
import Foundation
import Reporting
import TestLab
import Testing

@testable import kx

/// The line of progress, and where there is none.
struct ProgressTests {
  @Test("A bar says how many of how many, the share, and from the second second on what is left")
  func bar() {
    var line = ProgressLine(title: "planning", done: 2500, total: 10_000, seconds: 1)
    #expect(
      line.text(width: 100, style: .plain)
        == "planning  " + String(repeating: "━", count: 6) + String(repeating: "─", count: 18)
        + "  2 500 of 10 000  25 %")
    line.seconds = 30
    line.isUnicode = false
    line.detail = "vmlinuz-6.1"
    #expect(
      line.text(width: 100, style: .plain)
        == "planning  ######------------------  2 500 of 10 000  25 %  1 min 30 s left  vmlinuz-6.1"
    )
  }

  @Test(
    "A spinner turns ten times a second and tells the time; in ASCII where needed")
  func spinner() {
    var line = ProgressLine(title: "inflating", seconds: 3.1)
    #expect(line.text(width: 80, style: .plain) == "⠙ inflating  3 s")
    line.isUnicode = false
    #expect(line.text(width: 80, style: .plain) == "\\ inflating  3 s")
  }

  @Test(
    "No line is longer than the terminal is wide, since what wraps cannot be erased",
    arguments: [39, 40, 60, 79, 100], [nil, 7, 1_000_000] as [Int?])
  func width(width: Int, total: Int?) {
    for count in [1, 30, 200] {
      let line = ProgressLine(
        title: String(repeating: "t", count: count), done: 5, total: total,
        detail: String(repeating: "d", count: count), seconds: 100)
      #expect(line.text(width: width, style: .plain).unicodeScalars.count <= width)
    }
  }

  @Test("What a file's name holds does not steer the terminal")
  func clean() {
    let line = ProgressLine(title: "\u{1b}[2J", detail: "\r\n", seconds: 1)
    #expect(!line.text(width: 80, style: .plain).unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test("Scripts tell by the same rules of what takes long, and give the exit code on")
  func scripts() async throws {
    let library = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "scripts/lib/progress.sh").path
    let text =
      "source \(library); meanwhile 'waiting here' sleep 1.3; meanwhile no false || echo $?"
    let file = try Scratch.file("waiting", Array(text.utf8))
    let shown = try await PseudoTerminal.run(["bash", file])
    #expect(shown.text.contains("waiting here  1 s\u{1b}[K"))
    #expect(shown.text.hasSuffix("\r\u{1b}[K1\r\n"))
    let quiet = try await PseudoTerminal.run(["bash", file], ["TERM": "dumb"])
    #expect(quiet.text == "1\r\n")
    let piped = try await Program.run("/usr/bin/env", ["TERM=xterm", "CI=", "bash", file])
    #expect(piped.text == "1\n" && piped.errors.isEmpty)
  }
}

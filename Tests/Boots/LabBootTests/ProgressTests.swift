// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct ProgressTests {
  @Test(
    "On a terminal what takes long is told and erased again; not with TERM=dumb, in CI or a pipe")
  func terminal() async throws {
    // A guest that inflates its kernel itself takes seconds, however fast this machine is.
    let arguments = [
      "try", try LabKernel("tiny-xz").path, "--initrd", Lab.initrd, "--append", "console=ttyAMA0",
      "--handover", "zimage", "--quiet",
    ]
    let title = "booting in QEMU"
    let shown = try await PseudoTerminal.run([KX.path] + arguments)
    #expect(shown.code == 0)
    #expect(shown.text.contains(title + "  1 s\u{1b}[K"))
    let last = try #require(shown.text.range(of: "\u{1b}[K", options: .backwards))
    #expect(!shown.text[last.upperBound...].contains(title))
    #expect(shown.text[..<last.lowerBound].hasSuffix("\r"))
    for quiet in [["TERM": "dumb"], ["CI": "true"]] {
      let outcome = try await PseudoTerminal.run([KX.path] + arguments, quiet)
      #expect(outcome.code == 0)
      #expect(!outcome.text.contains("\u{1b}[K"))
    }
    let plain = try await PseudoTerminal.run([KX.path] + arguments, ["NO_COLOR": "1"])
    #expect(plain.text.contains("\u{1b}[K"))
    #expect(!plain.text.contains("\u{1b}[2m"))
    let piped = try await KX.run(arguments, environment: ["TERM": "xterm"])
    #expect(piped.errors.isEmpty)
    #expect(!piped.text.contains("\u{1b}"))
  }
}

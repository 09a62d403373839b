// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import kexec

/// What the loader says to a word that it does not know.
struct SuggestionTests {
  @Test(
    "What was probably meant is named, for options and for values of a list",
    arguments: [
      ("--handver=image k", "did you mean --handover?"),
      ("--reuse-cmdlin3 k", "did you mean --reuse-cmdline?"),
      ("--inird=x k", "did you mean --initrd?"), ("--handover=imge k", "did you mean image?"),
      ("-t zimag k", "did you mean zImage?"),
    ])
  func meant(line: String, words: String) {
    let found = Loader().run(line)
    #expect(found.exit == .usage)
    #expect(found.complaints.contains("hint: " + words), "\(found.complaints)")
  }

  @Test("An option that is near to none is not guessed at")
  func noGuess() {
    let found = Loader().run("--frobnicate k")
    #expect(found.complaints.contains("hint: kexec --help shows every option"))
  }
}

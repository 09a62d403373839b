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

  @Test(
    "An option that does not exist is told before what may only follow from it",
    arguments: [
      "-l k --initd i", "k --initd i.img --mem-min=x", "-l k i --initd=x", "-l -e --initd=x k",
      "--mem-min=8M --mem-max=4M k --initd=x", "-e k --initd x",
    ])
  func first(line: String) {
    let found = Loader().run(line)
    #expect(found.exit == .usage)
    #expect(
      found.complaints == "error: there is no option --initd\n  hint: did you mean --initrd?\n")
  }

  @Test("What only looks like an option is none")
  func values() {
    #expect(Loader().run("-l k i --append=--initd").complaints.contains("there are two kernels"))
    #expect(Loader().run("-l k i -- --initd").complaints.contains("there are two kernels"))
  }

  @Test("An option that is near to none is not guessed at")
  func noGuess() {
    let found = Loader().run("--frobnicate k")
    #expect(found.complaints.contains("hint: kexec --help shows every option"))
  }
}

// SPDX-License-Identifier: Apache-2.0
import Reporting
import Testing

struct SpellingTests {
  private static let verbs = ["inspect", "plan", "try", "bundle", "retag", "explain"]

  @Test(
    "A slip for every three letters is forgiven: exchanged, left out, doubled, wrong",
    arguments: [
      ("inpsect", "inspect"), ("insepct", "inspect"), ("inspct", "inspect"), ("plann", "plan"),
      ("plam", "plan"), ("PLAN", "plan"), ("rty", "try"), ("budnle", "bundle"), ("rteag", "retag"),
    ])
  func slips(written: String, meant: String) {
    #expect(Spelling.nearest(written, among: Self.verbs) == meant)
  }

  @Test(
    "The beginning of a word stands for it",
    arguments: [("ins", "inspect"), ("ex", "explain")])
  func beginnings(written: String, meant: String) {
    #expect(Spelling.nearest(written, among: Self.verbs) == meant)
  }

  @Test(
    "Nothing is made of a word that is far from all others",
    arguments: ["", "x", "frobnicate", "vmlinuz", "load", "teapot"])
  func far(written: String) {
    #expect(Spelling.nearest(written, among: Self.verbs) == nil)
  }

  @Test("The nearest of several is taken, the first of equally near ones")
  func nearest() {
    #expect(Spelling.nearest("ratio6", among: ["exact", "ratio4", "ratio5"]) == "ratio4")
    #expect(Spelling.nearest("ratio55", among: ["exact", "ratio4", "ratio5"]) == "ratio5")
    #expect(Spelling.nearest("image", among: []) == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
import QEMULab
import Testing

@Suite("A guest's console on a terminal")
struct ConsoleCleanerTests {
  static let cases: [(raw: String, shown: String)] = [
    ("plain\r\nlines\n", "plain\nlines\n"), ("a\tb", "a\tb"),
    ("\u{e4}\u{20ac}\u{1f600}", "\u{e4}\u{20ac}\u{1f600}"),
    ("\u{1b}[31mred\u{1b}[0m", "red"), ("\u{1b}[2J\u{1b}[1;1Hx", "x"),
    ("\u{1b}]0;title\u{7}x", "x"),
    ("\u{1b}]8;;http://x\u{1b}\\x", "x"), ("\u{1b}P+q544e\u{1b}\\x", "x"),
    ("\u{1b}_a\u{1b}\\x", "x"),
    ("\u{1b}(Bx\u{1b}=y\u{1b}7z", "xyz"), ("\u{1b}\u{1b}[mx", "x"), ("\u{1b}[6nx\u{1b}[cx", "xx"),
    ("10 %\r20 %\r\n", "10 %\n20 %\n"), ("a\u{8}b\u{7f}c\u{0}d", "abcd"),
    ("\u{1b}]never ends\nx", "\nx"), ("\u{1b}[1;\nx", "\nx"), ("\u{9b}2Jx", "\\x9b2Jx"),
    ("a\u{202e}b", "a\\u202eb"),
  ]

  @Test("Sequences and controls are gone, text and lines are there", arguments: cases.indices)
  func whole(index: Int) {
    var cleaner = ConsoleCleaner()
    let (raw, shown) = Self.cases[index]
    #expect(String(decoding: cleaner.clean(Array(raw.utf8)), as: UTF8.self) == shown)
  }

  @Test("However it is cut into parts", arguments: cases.indices)
  func parts(index: Int) {
    let (raw, shown) = Self.cases[index]
    for size in 1...4 {
      var cleaner = ConsoleCleaner()
      var all: [UInt8] = []
      var rest = Array(raw.utf8)[...]
      while !rest.isEmpty {
        all += cleaner.clean(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(String(decoding: all, as: UTF8.self) == shown, "\(size)")
    }
  }

  @Test("Whatever bytes come, no control but a line end or a tab is shown")
  func random() {
    var state: UInt64 = 42
    for _ in 0..<200 {
      var cleaner = ConsoleCleaner()
      var bytes: [UInt8] = []
      for _ in 0..<300 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let byte = UInt8(truncatingIfNeeded: state >> 40)
        bytes.append(byte & 3 == 0 ? [0x1b, 0x5b, 0x9b, 0x5d][Int(byte >> 6)] : byte)
      }
      let shown = cleaner.clean(bytes)
      #expect(shown.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a || $0 == 0x09 })
      #expect(
        String(decoding: shown, as: UTF8.self).unicodeScalars.allSatisfy {
          !(0x80..<0xa0).contains($0.value)
        })
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import SeededRandom
import Testing

@Suite("Texts are cut, compared and ordered by their bytes")
struct TextBytesTests {
  @Test(
    "Pieces are those of the library's split",
    arguments: ["", "a", "/", "//a//b/", "a=b=c", "é/ü//x", "one two  three "])
  func pieces(text: String) {
    for separator in ["/", "=", " "] as [Character] {
      guard let byte = separator.asciiValue else { continue }
      for keepsEmpty in [false, true] {
        for cuts in [0, 1, 2, Int.max] {
          let wanted = text.split(
            separator: separator, maxSplits: cuts, omittingEmptySubsequences: !keepsEmpty)
          #expect(
            text.pieces(at: byte, keepsEmpty: keepsEmpty, cuts: cuts) == wanted.map { String($0) },
            "\(text) at \(separator), \(keepsEmpty), \(cuts)")
        }
      }
    }
  }

  @Test("Beginning, end and order are those of the bytes")
  func comparisons() {
    let texts = ["", "a", "ab", "b", "abc", "é", "e\u{301}", "\u{1F600}", "zz"]
    for one in texts {
      for other in texts {
        let (a, b) = (Array(one.utf8), Array(other.utf8))
        #expect(one.begins(with: other) == a.starts(with: b))
        #expect(one.ends(with: other) == a.reversed().starts(with: b.reversed()))
        #expect(one.isBefore(other) == a.lexicographicallyPrecedes(b))
        #expect(a[...].begins(with: other) == a.starts(with: b))
      }
    }
    #expect("console=ttyS0".without(first: 8) == "ttyS0" && "ab".without(first: 9).isEmpty)
    #expect("abc".first(2) == "ab" && "abc".first(9) == "abc")
  }

  @Test("Equal elements keep their order, and the rest is in order")
  func order() {
    var random = SplitMix64(seed: 16)
    for count in [0, 1, 2, 3, 7, 64, 257] {
      let keys = (0..<count).map { _ in UInt64.random(in: 0..<9, using: &random) }
      let order = stableOrder(count) { keys[$0] < keys[$1] }
      let wanted = Array(0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
      #expect(order == wanted)
      #expect(keys.ascending == keys.sorted())
    }
  }
}

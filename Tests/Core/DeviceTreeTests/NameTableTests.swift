// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import SeededRandom
import Testing

@Suite("Names are listed once, and found by their bytes")
struct NameTableTests {
  @Test("A listed name has a place of its own, any other has none")
  func places() {
    var random = SplitMix64(seed: 3)
    let names = (0..<300).map { _ in
      (0..<Int.random(in: 0..<4, using: &random)).map { _ in
        UInt8.random(in: 0x61...0x64, using: &random)
      }
    }
    let table = NameTable(names)
    #expect(table.count == Set(names).count)
    let places = Set(Set(names).compactMap { table.place(of: $0) })
    #expect(places == Set(0..<table.count))
    for other in ["", "e", "abcda", "\0"] where !names.contains(Array(other.utf8)) {
      #expect(table.place(of: Array(other.utf8)) == nil)
    }
    #expect(NameTable([]).place(of: [0x61]) == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
import SeededRandom
import Testing

@testable import BootEntries

@Suite("The order of versions")
struct VersionOrderTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let older: String
    let newer: String
    init(_ older: String, _ newer: String) { (self.older, self.newer) = (older, newer) }
    var testDescription: String { "'\(older)' < '\(newer)'" }
  }

  static let debian = [
    Row("1", "2"), Row("9", "10"), Row("1.0", "1.0.1"), Row("1.0~rc1", "1.0"), Row("", "0a"),
    Row("1.0a", "1.0+"), Row("1.0-9", "1.0-50"), Row("1~~", "1~"), Row("1~", "1"),
    Row("1a", "1b"), Row("1Z", "1a"), Row("6.1-armmp", "6.1.0-armmp"),
  ]

  @Test("Debian's order is that of deb-version(7)", arguments: debian)
  func debianRow(row: Row) {
    #expect(DebianVersion.compare(row.older, row.newer) < 0)
    #expect(DebianVersion.compare(row.newer, row.older) > 0)
  }

  @Test("Zeros in front of a number mean nothing")
  func zeros() {
    #expect(DebianVersion.compare("1.01", "1.1") == 0)
    #expect(DebianVersion.compare("1.0", "1.") == 0)
    #expect(SpecificationVersion.compare("00123", "123") == 0)
  }

  static let kernels = [
    Row("6.1.0-9-armmp", "6.1.0-50-armmp"), Row("6.9.12", "6.10.1"),
    Row("6.2.0-rc1-armmp", "6.2.0-armmp"), Row("6.2.0-rc9", "6.2.0-rc10"),
    Row("6.2-trunk-armmp", "6.2-1-armmp"), Row("linux-lts", "2.6.32"), Row("", "2.6"),
    Row("6.1.0-50-armmp", "6.1.0-50-armmp-lpae"),
  ]

  @Test("Of kernels what comes before a release is older than it", arguments: kernels)
  func kernelRow(row: Row) {
    #expect(DebianVersion.compareKernels(row.older, row.newer) < 0)
    #expect(DebianVersion.compareKernels(row.newer, row.older) > 0)
  }

  // The examples of UAPI.10, "Examples".
  static let specification = [
    Row("11", "12"), Row("systemd-123", "systemd-124"), Row("bar-123", "foo-123"),
    Row("123", "123a"), Row("123.a", "123.b"), Row("122.1", "123"), Row("123~rc1", "123"),
    Row("123", "123-a"), Row("123-a.1", "123-a.2"), Row("123-3", "123a-1"), Row("123^2", "123.5"),
    Row("", "0"), Row("122-9", "123-1"), Row("1~", "1"), Row("1-a", "1^a"), Row("a", "1"),
  ]

  @Test("The specification's order is that of its examples", arguments: specification)
  func specificationRow(row: Row) {
    #expect(SpecificationVersion.compare(row.older, row.newer) < 0)
    #expect(SpecificationVersion.compare(row.newer, row.older) > 0)
  }

  @Test("Both orders are orders: what is before is not after, and order goes on")
  func laws() {
    var random = SplitMix64(seed: 20_261_123)
    let letters = Array("01299aZ~-^.+_".utf8)
    for _ in 0..<4000 {
      let words = (0..<3).map { _ in
        String(
          decoding: (0..<random.below(8)).map { _ in random.pick(letters) }, as: UTF8.self)
      }
      for compare in [
        DebianVersion.compare, DebianVersion.compareKernels, SpecificationVersion.compare,
      ] as [(String, String) -> Int] {
        func sign(_ one: String, _ other: String) -> Int { compare(one, other).signum() }
        #expect(sign(words[0], words[0]) == 0, "\(words)")
        #expect(sign(words[0], words[1]) == -sign(words[1], words[0]), "\(words)")
        if sign(words[0], words[1]) <= 0, sign(words[1], words[2]) <= 0 {
          #expect(sign(words[0], words[2]) <= 0, "\(words)")
        }
      }
    }
  }
}

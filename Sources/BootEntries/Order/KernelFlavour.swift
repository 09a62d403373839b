// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A kernel's release, cut into its version and its flavour: `6.1.0-50-rt-armmp` is the flavour
/// `rt armmp` of 6.1.0-50, `6.6.31+rpt-rpi-v7l` the flavour `rpt rpi v7l` of 6.6.31.
///
/// Words that begin with a letter belong to the flavour. A number at the end of such a word counts
/// packages (`deb13`, `rpi7`), but not in the last word (`rpi2`) and in names of processors (`v6`).
struct KernelFlavour {
  /// The release without the words of the flavour.
  let version: String
  /// The words of the flavour in their order.
  let words: [String]

  init(_ release: String) {
    let bytes = Array(release.utf8)
    let parts = Self.parts(bytes)
    let last = parts.last { Self.isLetter(bytes[$0.lowerBound]) }
    var version: [UInt8] = []
    var words: [String] = []
    for part in parts {
      let text = bytes[part]
      let isBefore = text.elementsEqual("trunk".utf8) || Self.isCandidate(text)
      if !Self.isLetter(bytes[part.lowerBound]) || isBefore {
        if part.lowerBound > 0 { version.append(bytes[part.lowerBound - 1]) }
        version += text
        continue
      }
      let letters = text.prefix { !Self.isDigit($0) }
      let number = text[letters.endIndex...]
      let isCounted =
        part != last && !number.isEmpty && number.allSatisfy { Self.isDigit($0) }
        && !letters.elementsEqual("v".utf8) && !letters.elementsEqual("armv".utf8)
      words.append(String(decoding: isCounted ? letters : text, as: UTF8.self))
      if isCounted { version += [0x2e] + number }
    }
    self.version = String(decoding: version, as: UTF8.self)
    self.words = words
  }

  /// How near the flavour is to another: the number of equal words at the end, then the fewest
  /// others.
  func likeness(to other: Self) -> (same: Int, others: Int) {
    var same = 0
    for (word, wanted) in zip(words.reversed(), other.words.reversed()) {
      guard word == wanted else { break }
      same += 1
    }
    return (same, words.count + other.words.count - 2 * same)
  }

  /// The parts between characters that are neither letters nor digits.
  private static func parts(_ bytes: [UInt8]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 0
    for index in 0...bytes.count
    where index == bytes.count || !isLetter(bytes[index]) && !isDigit(bytes[index]) {
      if index > start { parts.append(start..<index) }
      start = index + 1
    }
    return parts
  }

  /// Whether a text is `rc1` or the like, which belongs to the version.
  private static func isCandidate(_ text: ArraySlice<UInt8>) -> Bool {
    text.count > 2 && text.begins(with: "rc") && text.dropFirst(2).allSatisfy { isDigit($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte | 0x20)
  }
}

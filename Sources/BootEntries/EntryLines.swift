// SPDX-License-Identifier: Apache-2.0

/// The lines of a configuration, each a word and a value; empty lines and comments are left out.
struct EntryLines {
  /// The most bytes of a file, the most lines, and the most of anything that a file lists.
  static let byteLimit = 256 << 10
  static let lineLimit = 8192
  static let listLimit = 256

  /// A line that is neither empty nor a comment.
  struct Line {
    let number: Int
    /// The first word in small letters.
    let word: [UInt8]
    /// The rest of the line, without the blanks around it.
    let value: [UInt8]

    var name: String { String(decoding: word, as: UTF8.self) }
    var text: String { String(decoding: value, as: UTF8.self) }

    /// The value; an error when it is empty.
    func required() throws(BootEntryError) -> String {
      guard !value.isEmpty else { throw BootEntryError(line: number, problem: .noValue(name)) }
      return text
    }

    /// The value cut at blanks.
    var words: [String] {
      value.split { EntryLines.isBlank($0) }.map { String(decoding: $0, as: UTF8.self) }
    }
  }

  private(set) var lines: [Line] = []

  /// Cuts bytes into lines.
  init(_ bytes: [UInt8]) throws(BootEntryError) {
    guard bytes.count <= Self.byteLimit else {
      throw BootEntryError(line: 1, problem: .tooMany("bytes", limit: Self.byteLimit))
    }
    var number = 0
    for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      number += 1
      guard number <= Self.lineLimit else {
        throw BootEntryError(line: number, problem: .tooMany("lines", limit: Self.lineLimit))
      }
      let rest = line.drop { Self.isBlank($0) }
      guard let first = rest.first, first != UInt8(ascii: "#") else { continue }
      guard !rest.contains(0) else { throw BootEntryError(line: number, problem: .zeroByte) }
      let word = rest.prefix { !Self.isBlank($0) }
      var value = rest[word.endIndex...].drop { Self.isBlank($0) }
      while let last = value.last, Self.isBlank(last) { value.removeLast() }
      lines.append(
        Line(
          number: number, word: word.map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 },
          value: Array(value)))
    }
  }

  /// Whether a byte is a blank. Lines of files from other systems may end in a carriage return.
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// Refuses a list that is longer than any real one.
  static func check(_ count: Int, _ what: String, _ line: Line) throws(BootEntryError) {
    guard count < listLimit else {
      throw BootEntryError(line: line.number, problem: .tooMany(what, limit: listLimit))
    }
  }
}

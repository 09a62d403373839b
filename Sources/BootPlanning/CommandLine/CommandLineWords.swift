// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The words of a kernel command line that affect the layout of memory.
struct CommandLineWords: Sendable {
  /// A word of the list that the command line has.
  struct Found: Sendable {
    let word: MemoryWord
    /// The bytes behind `=`, without quotes.
    let value: [UInt8]
    /// The place of the word on the command line, its quotes included.
    let place: Range<Int>
  }

  /// The words of the list, in the order of the command line.
  private(set) var found: [Found] = []
  /// Whether there is a line feed or a carriage return.
  private(set) var hasLineBreak = false

  /// Reads as much of a command line as a kernel keeps, up to `--`, behind which init's words
  /// stand.
  ///
  /// Source: lib/cmdline.c `next_arg`, kernel/params.c `parse_args` (v6.1; `--` since v3.15).
  init(_ commandLine: String) {
    // An array of the whole text needs one copy.
    let whole = Array(commandLine.utf8)
    let limit = ARMPlanner.commandLineLimit - 1
    read(whole.count <= limit ? whole : Array(whole[..<limit]))
  }

  private mutating func read(_ text: [UInt8]) {
    var at = 0
    while at < text.count {
      if Self.isSpace(text[at]) {
        if text[at] == UInt8(ascii: "\n") || text[at] == UInt8(ascii: "\r") { hasLineBreak = true }
        at += 1
        continue
      }
      let start = at
      let end = Self.wordEnd(text, from: start)
      at = end
      if end - start == 2, text[start] == UInt8(ascii: "-"), text[start + 1] == UInt8(ascii: "-") {
        return
      }
      let first = text[start] == UInt8(ascii: "\"") ? start + 1 : start
      guard first < end, let word = MemoryWord.beginning(text, at: first) else { continue }
      let value = text[(first + word.key.utf8CodeUnitCount + 1)..<end].filter {
        $0 != UInt8(ascii: "\"")
      }
      found.append(Found(word: word, value: value, place: start..<end))
    }
  }

  /// The end of the word that begins at `start`: a space outside of quotes.
  private static func wordEnd(_ text: [UInt8], from start: Int) -> Int {
    var at = start
    var quoted = false
    while at < text.count, quoted || !isSpace(text[at]) {
      if text[at] == UInt8(ascii: "\"") { quoted.toggle() }
      at += 1
    }
    return at
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte <= 0x20 && (byte == UInt8(ascii: " ") || 9...13 ~= byte)
  }

  /// Whether the command line has a word of the list.
  func has(_ word: MemoryWord) -> Bool { found.contains { $0.word == word } }

  /// Gives the value of the last word of a kind that holds a size: a number with K, M or G behind.
  ///
  /// Text behind the suffix is ignored.
  func size(_ word: MemoryWord) -> UInt64? {
    guard let last = found.last(where: { $0.word == word }) else { return nil }
    return Self.size(last.value[...])?.number
  }

  /// The memory that `mem=SIZE` and `mem=SIZE@START` name; nil without such a word.
  ///
  /// The first of them makes the kernel forget the memory that the tree or the ATAGs name, and each
  /// adds a range. A start of nil is the start of RAM; an unreadable size counts as no word.
  ///
  /// Source: arch/arm/kernel/setup.c `early_mem` (v6.1).
  var memory: [(size: UInt64, start: UInt64?)]? {
    if found.isEmpty { return nil }
    var result: [(size: UInt64, start: UInt64?)]?
    for entry in found where entry.word == .mem {
      if result == nil { result = [] }
      guard let (size, rest) = Self.size(entry.value[...]) else { continue }
      if rest.first == UInt8(ascii: "@") {
        result?.append((size, Self.size(rest.dropFirst())?.number ?? 0))
      } else {
        result?.append((size, nil))
      }
    }
    return result
  }

  /// The initrd of the last `initrd=ADDRESS,SIZE` or `initrdmem=`, as the kernel reads it; nil
  /// where none has a comma behind its number.
  ///
  /// Source: init/do_mounts_initrd.c `early_initrdmem` (v6.1). Text that is no number counts as 0.
  var initrd: (word: Found, start: UInt64, size: UInt64)? {
    var result: (word: Found, start: UInt64, size: UInt64)?
    for entry in found where entry.word == .initrd || entry.word == .initrdmem {
      let (start, rest) = Self.size(entry.value[...]) ?? (0, entry.value[...])
      guard rest.first == UInt8(ascii: ",") else { continue }
      result = (entry, start, Self.size(rest.dropFirst())?.number ?? 0)
    }
    return result
  }

  /// The plain `SIZE` or `SIZE@OFFSET` of the last `crashkernel=`; nil for other forms.
  ///
  /// Source: kernel/crash_core.c `parse_crashkernel_simple` (v6.1).
  var crashKernel: (size: UInt64, start: UInt64?)? {
    guard let last = found.last(where: { $0.word == .crashkernel }),
      let (size, rest) = Self.size(last.value[...])
    else { return nil }
    if rest.isEmpty { return (size, nil) }
    guard rest.first == UInt8(ascii: "@"), let (start, end) = Self.size(rest.dropFirst()),
      end.isEmpty
    else {
      return nil
    }
    return (size, start)
  }

  /// A line without some of its words and the space behind each. Several lines are joined, as the
  /// kernel reads them.
  static func line(_ line: String, without places: [Range<Int>]) -> String {
    var kept: [UInt8] = []
    let bytes = Array(line.utf8)
    var at = 0
    while at < bytes.count {
      if let place = places.first(where: { $0.lowerBound == at }) {
        at = place.upperBound + 1
        continue
      }
      kept.append(
        bytes[at] == UInt8(ascii: "\n") || bytes[at] == UInt8(ascii: "\r") ? 0x20 : bytes[at])
      at += 1
    }
    while kept.last == UInt8(ascii: " ") { kept.removeLast() }
    return String(decoding: kept, as: UTF8.self)
  }

  /// Reads a size and returns it with the offset behind it.
  ///
  /// Source: lib/cmdline.c `memparse` (v6.1): hexadecimal behind 0x, octal behind 0.
  private static func size(
    _ text: ArraySlice<UInt8>
  ) -> (number: UInt64, rest: ArraySlice<UInt8>)? {
    var digits = text
    var radix: UInt64 = 10
    if digits.begins(with: "0x") || digits.begins(with: "0X") {
      radix = 16
      digits = digits.dropFirst(2)
    } else if digits.first == UInt8(ascii: "0") {
      radix = 8
    }
    var number: UInt64 = 0
    var seen = false
    while let byte = digits.first {
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x61...0x66 where radix == 16: digit = UInt64(byte - 0x57)
      case 0x41...0x46 where radix == 16: digit = UInt64(byte - 0x37)
      default: digit = .max
      }
      guard digit < radix else { break }
      guard number < 1 << 33 else { return nil }
      number = number * radix + digit
      seen = true
      digits = digits.dropFirst()
    }
    guard seen else { return nil }
    switch digits.first {
    case UInt8(ascii: "K"), UInt8(ascii: "k"): return (number << 10, digits.dropFirst())
    case UInt8(ascii: "M"), UInt8(ascii: "m"): return (number << 20, digits.dropFirst())
    case UInt8(ascii: "G"), UInt8(ascii: "g"): return (number << 30, digits.dropFirst())
    default: return (number, digits)
    }
  }
}

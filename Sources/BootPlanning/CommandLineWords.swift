// SPDX-License-Identifier: Apache-2.0

/// The words of a kernel command line, as far as they decide where things may lie.
struct CommandLineWords {
  private let text: [UInt8]

  /// Takes as much of a command line as a kernel keeps.
  init(_ commandLine: String) {
    // As a whole it is copied at once.
    let whole = Array(commandLine.utf8)
    let limit = ARMPlanner.commandLineLimit - 1
    text = whole.count <= limit ? whole : Array(whole[..<limit])
  }

  /// Gives the values of every `key=value` in their order, quotes honoured as the kernel does.
  ///
  /// Source: lib/cmdline.c `next_arg` (v6.1).
  func values(_ key: String) -> [String] {
    let wanted = Array(key.utf8) + [0x3d]
    var found: [String] = []
    var word: [UInt8] = []
    var quoted = false
    for byte in text + [0x20] {
      if byte == 0x22 {
        quoted.toggle()
      } else if byte == 0x20 || byte == 0x09 || byte == 0x0a, !quoted {
        if word.starts(with: wanted) {
          found.append(String(decoding: word.dropFirst(wanted.count), as: UTF8.self))
        }
        word = []
      } else {
        word.append(byte)
      }
    }
    return found
  }

  /// Gives the value of the last `key=value`.
  func value(_ key: String) -> String? { values(key).last }

  /// Gives the value of a key that holds a size: a number with K, M or G behind.
  ///
  /// What follows the suffix is not looked at.
  func size(_ key: String) -> UInt64? {
    guard let value = value(key) else { return nil }
    return Self.size(Array(value.utf8)[...])?.number
  }

  /// The memory that `mem=SIZE` and `mem=SIZE@START` name; nil without such a word.
  ///
  /// The first of them makes the kernel forget the memory it was told of, and each adds a range.
  /// A start of nil is the start of RAM; a size that cannot be read counts as none.
  ///
  /// Source: arch/arm/kernel/setup.c `early_mem` (v6.1).
  var memory: [(size: UInt64, start: UInt64?)]? {
    let words = values("mem")
    if words.isEmpty { return nil }
    var result: [(size: UInt64, start: UInt64?)] = []
    for word in words {
      guard let (size, rest) = Self.size(Array(word.utf8)[...]) else { continue }
      if rest.first == 0x40 {
        result.append((size, Self.size(rest.dropFirst())?.number ?? 0))
      } else {
        result.append((size, nil))
      }
    }
    return result
  }

  /// Reads a size and gives what stands behind it.
  ///
  /// Source: lib/cmdline.c `memparse` (v6.1): hexadecimal behind 0x, octal behind 0.
  private static func size(
    _ text: ArraySlice<UInt8>
  ) -> (number: UInt64, rest: ArraySlice<UInt8>)? {
    var digits = text
    var radix: UInt64 = 10
    if digits.starts(with: [0x30, 0x78]) || digits.starts(with: [0x30, 0x58]) {
      radix = 16
      digits = digits.dropFirst(2)
    } else if digits.first == 0x30 {
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
    case 0x4b, 0x6b: return (number << 10, digits.dropFirst())
    case 0x4d, 0x6d: return (number << 20, digits.dropFirst())
    case 0x47, 0x67: return (number << 30, digits.dropFirst())
    default: return (number, digits)
    }
  }
}

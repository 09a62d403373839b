// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

/// Why a file is no environment of U-Boot.
public enum UBootEnvironmentError: Error, Sendable, Hashable {
  /// No line, or no entry of the block, sets a variable.
  case noVariables(bytes: Int)
  /// It has zero bytes, like a block of the flash, but no matching checksum.
  case checksum(stored: UInt32, computed: UInt32)
}

extension UBootEnvironmentError: CustomStringConvertible {
  /// What is wrong.
  public var description: String {
    switch self {
    case .noVariables(let bytes):
      "none of its \(bytes) bytes sets a variable of U-Boot"
    case .checksum(let stored, let computed):
      "it has zero bytes as U-Boot's saved environment has, but the checksum at 0x0 is "
        + "\(hexadecimal(UInt64(stored), digits: 8)), and that of the bytes behind it "
        + hexadecimal(UInt64(computed), digits: 8)
    }
  }

  /// What to try next.
  public var hint: String {
    switch self {
    case .noVariables: "save what 'printenv' or fw_printenv prints, or name a board's .env file"
    case .checksum: "dump the whole environment and nothing else, or save what 'printenv' prints"
    }
  }
}

/// The variables of U-Boot, as they are saved or printed.
public struct UBootEnvironment: Sendable, Hashable {
  private struct Variable: Hashable {
    let name: String
    let value: String
  }

  private var variables: [Variable] = []

  /// The most references that are followed: nested ones, and all together.
  private static let depthLimit = 16
  private static let referenceLimit = 1024

  /// Reads what `printenv` prints, a script with `setenv`, a board's .env or header file, or the
  /// block that `saveenv` writes.
  ///
  /// - Throws: ``UBootEnvironmentError``
  public init(_ file: Span<UInt8>) throws(UBootEnvironmentError) {
    let bytes = ByteReader(file).copy(0, file.count) ?? []
    var lines: [ArraySlice<UInt8>]
    if bytes.contains(0) {
      lines = try Self.block(bytes).split(separator: 0)
    } else {
      lines = Self.withoutComments(bytes).split {
        $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
      }
    }
    if lines.count > 65_536 { lines = Array(lines.prefix(65_536)) }
    variables = lines.compactMap { Self.variable($0) }
    if variables.isEmpty { throw .noVariables(bytes: bytes.count) }
  }

  /// The value of a variable, with references to others replaced; nil when it is not set.
  public func value(_ name: String) -> String? {
    var left = Self.referenceLimit
    return value(name, depth: 0, &left)
  }

  /// The value of a variable as a number. U-Boot reads all numbers as hexadecimal.
  ///
  /// - Returns: nil when it is not set, or is no number.
  public func number(_ name: String) -> UInt64? {
    guard let text = value(name) else { return nil }
    var digits = Array(text.utf8)[...]
    if digits.starts(with: [0x30, 0x78]) || digits.starts(with: [0x30, 0x58]) {
      digits = digits.dropFirst(2)
    }
    return UInt64(digits: digits, radix: 16)
  }

  // MARK: Values

  private func value(_ name: String, depth: Int, _ left: inout Int) -> String? {
    guard let found = variables.last(where: { $0.name == name }) else { return nil }
    return expanded(Array(found.value.utf8), depth: depth, &left)
  }

  /// Replaces `$name`, `${name}` and `$(name)`.
  private func expanded(_ text: [UInt8], depth: Int, _ left: inout Int) -> String {
    guard depth < Self.depthLimit, left > 0, text.contains(0x24) else {
      return String(decoding: text, as: UTF8.self)
    }
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: "$") else {
        result.append(text[index])
        index += 1
        continue
      }
      index += 1
      let isBraced =
        index < text.count && (text[index] == UInt8(ascii: "{") || text[index] == UInt8(ascii: "("))
      if isBraced { index += 1 }
      let bytes = text[index...].prefix { Self.isNameByte($0) }
      index += bytes.count
      if isBraced, index < text.count { index += 1 }
      left -= 1
      let name = String(decoding: bytes, as: UTF8.self)
      result += Array((value(name, depth: depth + 1, &left) ?? "").utf8)
      if left <= 0 || result.count > 1 << 16 { break }
    }
    return String(decoding: result, as: UTF8.self)
  }

  // MARK: Reading

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d, 0x2e: true
    default: false
    }
  }

  /// The data of the block that `saveenv` writes: a checksum, then the entries. With two copies, a
  /// byte behind the checksum marks the newer one.
  ///
  /// Source: U-Boot include/env_internal.h, `environment_s` (v2026.10-rc2, and v2016.01's
  /// include/environment.h).
  private static func block(_ bytes: [UInt8]) throws(UBootEnvironmentError) -> ArraySlice<UInt8> {
    // A default environment inside of a program has no checksum.
    guard bytes.count > 5, let stored = ByteReader(bytes.span).littleEndian32(at: 0) else {
      throw .noVariables(bytes: bytes.count)
    }
    // A dump may hold more than the environment, whose size is a power of two or some KiB.
    var sizes = [bytes.count]
    for shift in 12..<21 where 1 << shift < bytes.count { sizes.append(1 << shift) }
    for size in sizes {
      for header in [4, 5] {
        if CRC32.checksum(bytes.span.extracting(header..<size)) == stored {
          let data = bytes[header..<size]
          // Two zeros end the list.
          var end = data.startIndex
          while end + 1 < data.endIndex, data[end] != 0 || data[end + 1] != 0 { end += 1 }
          return data[..<end]
        }
      }
    }
    throw .checksum(
      stored: stored, computed: CRC32.checksum(bytes.span.extracting(4..<bytes.count)))
  }

  /// Takes out comments of C, which .env files may have.
  private static func withoutComments(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      guard bytes[index] == UInt8(ascii: "/"), next == UInt8(ascii: "*") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      index += 2
      while index + 1 < bytes.count,
        bytes[index] != UInt8(ascii: "*") || bytes[index + 1] != UInt8(ascii: "/")
      { index += 1 }
      index += 2
    }
    return result
  }

  /// Reads `name=value`, `setenv name value` or a line of a header; nil when it is none.
  private static func variable(_ line: ArraySlice<UInt8>) -> Variable? {
    var rest = trimmed(line)
    // An indented line continues the value before, like the commands of a script in an .env file.
    if rest.first == UInt8(ascii: "#")
      || rest.startIndex != line.startIndex && rest.first != UInt8(ascii: "\"")
    {
      return nil
    }
    // A line of a header: "name=value\0" \
    if rest.first == UInt8(ascii: "\"") {
      rest = rest.dropFirst()
      if rest.last == UInt8(ascii: "\\") { rest = trimmed(rest.dropLast()) }
      if rest.last == UInt8(ascii: "\"") { rest = rest.dropLast() }
      if rest.suffix(2).elementsEqual([0x5c, 0x30]) { rest = rest.dropLast(2) }
    }
    for command in ["setenv ", "env set "] where rest.starts(with: Array(command.utf8)) {
      rest = trimmed(rest.dropFirst(command.utf8.count))
      let name = rest.prefix { isNameByte($0) }
      return variable(name, rest.dropFirst(name.count))
    }
    let name = rest.prefix { isNameByte($0) }
    rest = rest.dropFirst(name.count)
    guard rest.first == UInt8(ascii: "=") else { return nil }
    return variable(name, rest.dropFirst())
  }

  private static func variable(_ name: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Variable? {
    guard !name.isEmpty else { return nil }
    var value = trimmed(text)
    if value.last == UInt8(ascii: ";") { value = trimmed(value.dropLast()) }
    for quote: UInt8 in [0x22, 0x27]
    where value.count >= 2 && value.first == quote && value.last == quote {
      value = value.dropFirst().dropLast()
    }
    return Variable(
      name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var text = text.drop { isBlank($0) }
    while let last = text.last, isBlank(last) { text = text.dropLast() }
    return text
  }
}

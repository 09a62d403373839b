// SPDX-License-Identifier: Apache-2.0

/// Why a text is not the /proc/iomem of a machine.
public enum IomemError: Error, Sendable, Hashable {
  /// A line is not `first-last : name`.
  case line(number: Int, text: String)
  /// A range ends before it begins.
  case backwards(line: Int, first: UInt64, last: UInt64)
  /// All addresses are zero: the reader lacked CAP_SYS_ADMIN.
  case zeroed
  /// No line names System RAM.
  case noRAM
}

extension IomemError: CustomStringConvertible {
  /// The message: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .line(let number, let text):
      // A file that is no text may have one endless line: only its start is shown.
      let shown = text.utf8.count > 60 ? String(text.unicodeScalars.prefix(20)) + "…" : text
      return "iomem line \(number) is not 'first-last : name': '\(shown)'"
    case .backwards(let line, let first, let last):
      return "iomem line \(line) ends at \(hexadecimal(last)) before it begins at "
        + hexadecimal(first)
    case .zeroed:
      return "every address in this iomem is zero: it was read without privilege; read "
        + "/proc/iomem as root"
    case .noRAM:
      return "no line of this iomem names 'System RAM'"
    }
  }
}

extension MemoryMap {
  /// Reads the text of a /proc/iomem.
  ///
  /// RAM is every `System RAM`; where the kernel names boot aliases (Keystone), those are the
  /// addresses a new kernel is started at and they replace the others. `reserved` in any case and
  /// any depth is reserved. The running kernel's own code and data may be overwritten and are not.
  ///
  /// - Parameter text: The file as UTF-8, any number of lines.
  /// - Throws: ``IomemError`` with the line.
  ///
  /// Source: kernel/resource.c `r_show`, arch/arm/kernel/setup.c `request_standard_resources`
  /// (v6.1).
  public init(iomem text: Span<UInt8>) throws(IomemError) {
    let ramName = Array("System RAM".utf8)
    let aliasName = Array("System RAM (boot alias)".utf8)
    let reservedName = Array("reserved".utf8)
    let firmwareReservedName = Array("Reserved".utf8)
    var ram: [PhysicalRange] = []
    var aliases: [PhysicalRange] = []
    var reserved: [ReservedRange] = []
    var offset = 0
    var number = 0
    var zeroes = 0
    var named = false
    while offset < text.count {
      var end = offset
      while end < text.count, unsafe text[unchecked: end] != 0x0a { end &+= 1 }
      number += 1
      let line = text.extracting(offset..<end)
      offset = end + 1
      guard let entry = try Self.entry(line, number: number) else { continue }
      let name = ByteReader(line.extracting(entry.name))
      let isRAM = name.holdsOnly(ramName)
      let isAlias = name.holdsOnly(aliasName)
      if isRAM || isAlias { named = true }
      if entry.first == 0, entry.last == 0 {
        zeroes += 1
        continue
      }
      guard
        let range = PhysicalRange(
          first: PhysicalAddress(entry.first), last: PhysicalAddress(entry.last))
      else { throw .backwards(line: number, first: entry.first, last: entry.last) }
      if isRAM {
        ram.append(range)
      } else if isAlias {
        aliases.append(range)
      } else if name.holdsOnly(reservedName) || name.holdsOnly(firmwareReservedName) {
        reserved.append(ReservedRange(range, why: "iomem/reserved"))
      }
    }
    if ram.isEmpty, aliases.isEmpty { throw named && zeroes > 0 ? .zeroed : .noRAM }
    self.init(ram: RangeSet(aliases.isEmpty ? ram : aliases), reserved: reserved)
  }

  /// Whether the first line that is not empty is one of a /proc/iomem.
  public static func looksLikeIomem(_ text: Span<UInt8>) -> Bool {
    var start = 0
    while start < text.count, text[start] == 0x0a || text[start] == 0x20 { start += 1 }
    var end = start
    // No line of /proc/iomem is longer than 4096 bytes.
    while end < min(text.count, start + 4096), text[end] != 0x0a { end += 1 }
    do throws(IomemError) {
      return try entry(text.extracting(start..<end), number: 1) != nil
    } catch {
      return false
    }
  }

  private static func entry(
    _ line: Span<UInt8>, number: Int
  ) throws(IomemError) -> (first: UInt64, last: UInt64, name: Range<Int>)? {
    var end = line.count
    while end > 0, line[end - 1] == 0x0d || line[end - 1] == 0x20 { end -= 1 }
    let start = skipBlanks(line, 0, end)
    if start == end { return nil }
    var dash = start
    // The search ends at the end of the line at the latest.
    while dash < end, unsafe line[unchecked: dash] != 0x2d, unsafe line[unchecked: dash] != 0x3a {
      dash &+= 1
    }
    var colon = dash
    while colon < end, unsafe line[unchecked: colon] != 0x3a { colon &+= 1 }
    var behind = colon
    while behind > dash, line[behind - 1] == 0x20 { behind -= 1 }
    guard dash < colon, colon < end, let first = number16(line, start..<dash),
      let last = number16(line, min(dash + 1, behind)..<behind)
    else {
      let shown = ByteReader(line).copy(start, min(end - start, 60)) ?? []
      throw .line(number: number, text: String(decoding: shown, as: UTF8.self))
    }
    return (first, last, skipBlanks(line, colon + 1, end)..<end)
  }

  /// The first place at or behind `start` that holds no blank.
  private static func skipBlanks(_ line: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var start = start
    while start < end, line[start] == 0x20 { start += 1 }
    return start
  }

  private static func number16(_ line: Span<UInt8>, _ digits: Range<Int>) -> UInt64? {
    guard (1...16).contains(digits.count) else { return nil }
    // Most addresses have no more than 8 digits, and arithmetic on 64 bits is slow here.
    let middle = max(digits.lowerBound, digits.upperBound - 8)
    guard let low = number8(line, middle..<digits.upperBound),
      let high = number8(line, digits.lowerBound..<middle)
    else { return nil }
    return UInt64(high) << 32 | UInt64(low)
  }

  private static func number8(_ line: Span<UInt8>, _ digits: Range<Int>) -> UInt32? {
    var value: UInt32 = 0
    for index in digits {
      let digit = line[index]
      let nibble: UInt8
      switch digit {
      case 0x30...0x39: nibble = digit - 0x30
      case 0x61...0x66: nibble = digit - 0x57
      case 0x41...0x46: nibble = digit - 0x37
      default: return nil
      }
      value = value << 4 | UInt32(nibble)
    }
    return value
  }
}

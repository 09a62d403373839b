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
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .line(let number, let text):
      return "iomem line \(number) is not 'first-last : name': '\(text)'"
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
    var ram = RangeSet()
    var aliases = RangeSet()
    var reserved: [ReservedRange] = []
    var offset = 0
    var number = 0
    var zeroes = 0
    var named = false
    while offset < text.count {
      var end = offset
      while end < text.count, text[end] != 0x0a { end += 1 }
      number += 1
      let line = text.extracting(offset..<end)
      offset = end + 1
      guard let entry = try Self.entry(line, number: number) else { continue }
      let isRAM = entry.name == "System RAM"
      let isAlias = entry.name == "System RAM (boot alias)"
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
        ram.insert(range)
      } else if isAlias {
        aliases.insert(range)
      } else if entry.name == "reserved" || entry.name == "Reserved" {
        reserved.append(ReservedRange(range, why: "iomem/reserved"))
      }
    }
    if ram.isEmpty, aliases.isEmpty { throw named && zeroes > 0 ? .zeroed : .noRAM }
    self.init(ram: aliases.isEmpty ? ram : aliases, reserved: reserved)
  }

  private static func entry(
    _ line: Span<UInt8>, number: Int
  ) throws(IomemError) -> (first: UInt64, last: UInt64, name: String)? {
    var bytes: [UInt8] = []
    for index in line.indices { bytes.append(line[index]) }
    while let byte = bytes.last, byte == 0x0d || byte == 0x20 { bytes.removeLast() }
    let start = bytes.firstIndex { $0 != 0x20 } ?? bytes.endIndex
    if start == bytes.endIndex { return nil }
    let text = Array(bytes[start...])
    let shown = String(decoding: text.prefix(60), as: UTF8.self)
    guard let dash = text.firstIndex(of: 0x2d),
      let colon = text.firstIndex(of: 0x3a), dash < colon,
      let blank = text[dash..<colon].lastIndex(where: { $0 != 0x20 }),
      let first = number16(text[..<dash]),
      let last = number16(text[(dash + 1)..<(blank + 1)])
    else { throw .line(number: number, text: shown) }
    var name = Array(text[(colon + 1)...])
    while let byte = name.first, byte == 0x20 { name.removeFirst() }
    return (first, last, String(decoding: name, as: UTF8.self))
  }

  private static func number16(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var seen = 0
    for digit in digits {
      let nibble: UInt8
      switch digit {
      case 0x30...0x39: nibble = digit - 0x30
      case 0x61...0x66: nibble = digit - 0x57
      case 0x41...0x46: nibble = digit - 0x37
      default: return nil
      }
      seen += 1
      guard seen <= 16 else { return nil }
      value = value << 4 | UInt64(nibble)
    }
    return seen > 0 ? value : nil
  }
}

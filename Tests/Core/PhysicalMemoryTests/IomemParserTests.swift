// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import Testing

@Suite("Reading /proc/iomem")
struct IomemParserTests {
  private func map(_ text: String) throws(IomemError) -> MemoryMap {
    let bytes = Array(text.utf8)
    return try MemoryMap(iomem: bytes.span)
  }

  private func range(_ first: UInt64, _ last: UInt64) throws -> PhysicalRange {
    try #require(PhysicalRange(first: PhysicalAddress(first), last: PhysicalAddress(last)))
  }

  @Test(
    "RAM is what is named so; devices, kernel code and data are not", arguments: ["\n", "\r\n"])
  func plain(_ newline: String) throws {
    let text = [
      "09000000-09000fff : pl011@9000000", "  09000000-09000fff : 9000000.pl011 pl011@9000000",
      "40000000-5fffffff : System RAM", "  40208000-40ffffff : Kernel code",
      "  41200000-413fffff : Kernel data", "",
    ].joined(separator: newline)
    let found = try map(text)
    #expect(try found.ram == RangeSet(range(0x4000_0000, 0x5fff_ffff)))
    #expect(found.reserved.isEmpty)
    #expect(try map("40000000-5fffffff : System RAM") == found)
  }

  @Test("Reserved ranges count in any depth and either case")
  func reserved() throws {
    let found = try map(
      "80000000-bfffffff : System RAM\n  90000000-900fffff : reserved\n"
        + "    90200000-902fffff : Reserved\nc0000000-c00fffff : reserved\n")
    #expect(
      try found.reserved.map(\.range) == [
        range(0x9000_0000, 0x900f_ffff), range(0x9020_0000, 0x902f_ffff),
        range(0xc000_0000, 0xc00f_ffff),
      ])
    #expect(found.free.count.rawValue == 0x4000_0000 - 0x20_0000)
  }

  @Test("Boot aliases replace the addresses they stand for")
  func aliases() throws {
    let found = try map(
      "80000000-9fffffff : System RAM (boot alias)\n  80008000-80ffffff : Kernel code\n"
        + "800000000-81fffffff : System RAM\n")
    #expect(try found.ram == RangeSet(range(0x8000_0000, 0x9fff_ffff)))
  }

  @Test("Addresses may have more than eight digits, up to sixteen")
  func wide() throws {
    let found = try map("800000000-87fffffff : System RAM\n")
    #expect(try found.ram == RangeSet(range(0x8_0000_0000, 0x8_7fff_ffff)))
    #expect(
      throws: IomemError.line(number: 1, text: "10000000000000000-1ffffffffffffffff : System RAM")
    ) {
      try map("10000000000000000-1ffffffffffffffff : System RAM\n")
    }
  }

  @Test("RAM at address 0 is RAM, and 65 ranges are all kept")
  func many() throws {
    var text = "00000000-000fffff : System RAM\n"
    for index in 1..<65 {
      let first = UInt64(index) << 24
      text += hexadecimal(first, digits: 8, prefix: "") + "-"
      text += hexadecimal(first + 0xf_ffff, digits: 8, prefix: "") + " : System RAM\n"
    }
    let found = try map(text)
    #expect(found.ram.ranges.count == 65)
    #expect(found.ram.count.rawValue == 65 << 20)
  }

  @Test("Addresses hidden from the unprivileged are told apart from a machine without RAM")
  func zeroed() {
    #expect(throws: IomemError.zeroed) {
      try map("00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n")
    }
    #expect(throws: IomemError.noRAM) { try map("") }
    #expect(throws: IomemError.noRAM) { try map("09000000-09000fff : pl011\n") }
    #expect(IomemError.zeroed.description.contains("root"))
  }

  @Test(
    "A line that is none is an error with its number",
    arguments: [
      "40000000 : System RAM", "40000000-5fffffff System RAM", "4000000g-5fffffff : System RAM",
      "-5fffffff : System RAM", "40000000- : System RAM", ": -", "\u{feff}40000000-5fffffff : x",
    ])
  func badLine(_ line: String) {
    do throws(IomemError) {
      _ = try map("40000000-5fffffff : System RAM\n\n" + line + "\n")
      Issue.record("accepted \(line)")
    } catch {
      guard case .line(let number, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(number == 3)
      #expect(error.description.contains("line 3"))
    }
  }

  @Test("A range that ends before it begins is an error with its values")
  func backwards() {
    #expect(throws: IomemError.backwards(line: 1, first: 0x5000_0000, last: 0x4000_0000)) {
      try map("50000000-40000000 : System RAM\n")
    }
  }

  /// What a line says, read another way than the parser does: by a regular expression.
  private func simple(_ text: String) -> (ram: [ClosedRange<UInt64>], isGood: Bool) {
    var ram: [ClosedRange<UInt64>] = []
    for line in text.split(separator: "\n") {
      if line.allSatisfy({ $0 == " " || $0 == "\r" }) { continue }
      guard
        let match = try? /\ *([0-9A-Fa-f]{1,16})-([0-9A-Fa-f]{1,16})\ *:\ *((?s:.*?))[\ \r]*/
          .wholeMatch(in: line),
        let first = UInt64(match.1, radix: 16), let last = UInt64(match.2, radix: 16)
      else { return ([], false) }
      if first == 0, last == 0 { continue }
      if last < first { return ([], false) }
      if match.3 == "System RAM" { ram.append(first...last) }
    }
    return (ram, !ram.isEmpty)
  }

  @Test("Cut anywhere or with any bit flipped, it is read as a simple reader reads it, or refused")
  func hostile() throws {
    let good =
      Array(
        "40000000-5fffffff : System RAM\n  40208000-40ffffff : Kernel code\n"
          .utf8) + Array("70000000-7fffffff : System RAM\n 75000000-75000fff : reserved\n".utf8)
    var cases = (0...good.count).map { Array(good[..<$0]) }
    for index in good.indices {
      for bit in 0..<7 {
        var bytes = good
        bytes[index] ^= 1 << UInt8(bit)
        cases.append(bytes)
      }
    }
    var read = 0
    for bytes in cases {
      let text = String(decoding: bytes, as: UTF8.self)
      let expected = simple(text)
      var ram = RangeSet()
      for bank in expected.ram { ram.insert(try range(bank.lowerBound, bank.upperBound)) }
      do throws(IomemError) {
        let map = try MemoryMap(iomem: bytes.span)
        #expect(expected.isGood && map.ram == ram, "\(text)")
        read += 1
      } catch {
        #expect(!expected.isGood, "\(error): \(text)")
      }
    }
    #expect(read > cases.count / 4, "the test must not be about refusals only")
  }
}

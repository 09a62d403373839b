// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

/// Memory that is only thought of, and lists that are run over it.
struct SimulatedMemoryTests {
  private static let page = Alignment(shift: 4)
  private static func address(_ value: UInt64) -> PhysicalAddress { PhysicalAddress(value) }
  private static func range(_ first: UInt64, _ last: UInt64) throws -> PhysicalRange {
    try #require(PhysicalRange(first: address(first), last: address(last)))
  }

  /// Four pages from 0x1000 on: read and written, read, executed, nothing.
  private static func memory() throws -> SimulatedMemory {
    var memory = SimulatedMemory(page: page)
    let mapped = memory.map(try range(0x1000, 0x103f), [.read, .write])
    try #require(mapped)
    memory.protect(try range(0x1010, 0x1010), .read)
    memory.protect(try range(0x1020, 0x102f), .execute)
    memory.protect(try range(0x1030, 0x1fff), [])
    return memory
  }

  @Test(
    "A page refuses what it does not allow, and keeps what it holds",
    arguments: [
      (0x1000, nil, nil), (0x100c, nil, nil), (0x1010, nil, .permission),
      (0x1020, .permission, .permission), (0x1030, .permission, .permission),
      (0x1040, .translation, .translation), (0xffc, .translation, .translation),
      (0x1002, .alignment, .alignment),
    ] as [(UInt64, MemoryFault.Cause?, MemoryFault.Cause?)])
  func permissions(
    place: UInt64, reading: MemoryFault.Cause?, writing: MemoryFault.Cause?
  ) throws {
    var memory = try Self.memory()
    let before = memory.contents(ofPage: Self.address(place))
    var found: MemoryFault?
    do throws(MemoryFault) { _ = try memory.word(at: Self.address(place)) } catch { found = error }
    #expect(found == reading.map { MemoryFault(.read, Self.address(place), $0) })
    found = nil
    do throws(MemoryFault) { try memory.setWord(0x1234_5678, at: Self.address(place)) } catch {
      found = error
    }
    #expect(found == writing.map { MemoryFault(.write, Self.address(place), $0) })
    if writing == nil {
      #expect(try memory.word(at: Self.address(place)) == 0x1234_5678)
    } else {
      #expect(memory.contents(ofPage: Self.address(place)) == before)
    }
  }

  @Test("Words are little-endian, and lie where they were put")
  func words() throws {
    var memory = try Self.memory()
    try memory.setWord(0x8765_4321, at: Self.address(0x1004))
    #expect(
      memory.contents(ofPage: Self.address(0x100f))
        == [0, 0, 0, 0, 0x21, 0x43, 0x65, 0x87, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test("Memory is whole pages, each of which is there once")
  func mapping() throws {
    var memory = try Self.memory()
    for (first, last) in [(0x1030, 0x104f), (0x2000, 0x200e), (0x2008, 0x201f)]
      as [(UInt64, UInt64)]
    {
      let mapped = memory.map(try Self.range(first, last), .read)
      #expect(!mapped)
    }
    let short = memory.setContents([1, 2, 3], ofPage: Self.address(0x1000))
    #expect(!short)
    let nowhere = memory.setContents(
      Array(repeating: 1, count: 16), ofPage: Self.address(0x1040))
    #expect(!nowhere)
    #expect(memory.contents(ofPage: Self.address(0x1040)) == nil)
  }

  /// Runs the words from 0x1000 on.
  private static func run(_ words: [UInt32]) throws -> (KImageInterpreter.Failure?, UInt64?) {
    var memory = try Self.memory()
    for (index, word) in words.enumerated() {
      try memory.setWord(word, at: address(0x1000 + UInt64(index * 4)))
    }
    let head = KImageEntry(rawValue: 0x1002)
    do throws(KImageInterpreter.Failure) {
      return (nil, try KImageInterpreter(page: page, limit: 20).run(head, in: &memory))
    } catch { return (error, nil) }
  }

  @Test("A list is run until memory or the list itself stops it")
  func failures() throws {
    let entry = Self.address(0x1004)
    // Both are the list's own page, which is allowed to read and written.
    #expect(try Self.run([0x1001, 0x1008, 4]) == (nil, 1))
    // The copy from 0x1010 puts zeros in place of the list.
    #expect(
      try Self.run([0x1001, 0x1018, 4]) == (.unknownEntry(.empty, at: Self.address(0x1008)), nil))
    #expect(
      try Self.run([0x1011, 0x1008, 4])
        == (.fault(MemoryFault(.write, Self.address(0x1010), .permission), entry: entry), nil))
    #expect(
      try Self.run([0x1001, 0x1028, 4])
        == (.fault(MemoryFault(.read, Self.address(0x1020), .permission), entry: entry), nil))
    #expect(
      try Self.run([0x1001, 0x2002])
        == (.fault(MemoryFault(.read, Self.address(0x2000), .translation), entry: entry), nil))
    #expect(try Self.run([0x1008, 4]) == (.noDestination(at: Self.address(0x1000)), nil))
    #expect(try Self.run([0x1002]) == (.endless(entries: 20), nil))
    #expect(
      try Self.run([0x1003]) == (
        .unknownEntry(KImageEntry(rawValue: 0x1003), at: Self.address(0x1000)), nil
      ))
  }
}

// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory
import SeededRandom
import Testing

@Suite("ATAG lists")
struct ATAGListTests {
  static func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }

  static func parse(_ bytes: [UInt8]) throws -> ATAGList {
    try ATAGList(parsing: bytes.span)
  }

  /// What a boot loader of a small board leaves: every known tag and two unknown ones.
  static let words: [UInt32] = [
    5, 0x5441_0001, 1, 4096, 0xff,
    4, 0x5441_0002, 0x0800_0000, 0x8000_0000,
    4, 0x5441_0002, 0x0400_0000, 0xc000_0000,
    5, 0x5441_0004, 3, 4096, 0,
    4, 0x5441_0005, 0xc080_0000, 0x1000,
    4, 0x5442_0005, 0x8080_0000, 0x12_3456,
    4, 0x5441_0006, 0x1111, 0x2222,
    3, 0x5441_0007, 0xabcd,
    4, 0x5441_0009, 0x6b6f_6f72, 0x0000_0073,
    3, 0x4100_0402, 42,
    2, 0x1234_5678,
    0, 0,
  ]

  @Test("Every tag is read, unknown ones are kept, and writing gives the same bytes")
  func roundTrips() throws {
    let list = try Self.parse(Self.bytes(Self.words))
    #expect(
      list.tags == [
        .core(flags: 1, pageSize: 4096, rootDevice: 0xff),
        .memory(size: 0x0800_0000, start: 0x8000_0000),
        .memory(size: 0x0400_0000, start: 0xc000_0000),
        .ramdisk(flags: 3, kibibytes: 4096, start: 0),
        .virtualInitrd(start: 0xc080_0000, size: 0x1000),
        .initrd(start: 0x8080_0000, size: 0x12_3456),
        .serialNumber(low: 0x1111, high: 0x2222), .revision(0xabcd),
        .commandLine(Array("rooks".utf8)), .other(0x4100_0402, [42]), .other(0x1234_5678, []),
      ])
    #expect(list.bytes() == Self.bytes(Self.words))
    #expect(
      list.memory == [
        try EditingTests.range(0x8000_0000, 0x8800_0000),
        try EditingTests.range(0xc000_0000, 0xc400_0000),
      ])
    #expect(list.initrd == (try EditingTests.range(0x8080_0000, 0x8092_3456)))
    #expect(list.commandLine == "rooks")
    #expect(try Self.parse(Self.bytes(Self.words) + [1, 2, 3]) == list)
  }

  @Test("The command line is padded to whole words with its zero byte", arguments: 0...9)
  func padsCommandLine(length: Int) throws {
    let text = [UInt8](repeating: 0x61, count: length)
    let list = ATAGList([.commandLine(text)])
    let bytes = list.bytes()
    // Size of the tag by the kernel's own rule: (8 + length + 1 + 3) / 4 words.
    #expect(bytes[8] == UInt8((8 + length + 4) / 4))
    #expect(try Self.parse(bytes) == list)
    #expect(bytes.count % 4 == 0)
  }

  @Test("Everything is carried over but initrd and command line, which stand at the end")
  func carriesOver() throws {
    let old = try Self.parse(Self.bytes(Self.words))
    let initrd = try EditingTests.range(0x8100_0000, 0x8100_0100)
    let new = try ATAGList(
      carryingOver: old, initrd: initrd, commandLine: Array("quiet".utf8))
    #expect(new.tags.prefix(4) == old.tags.prefix(4))
    #expect(
      new.tags.suffix(4) == [
        .other(0x4100_0402, [42]), .other(0x1234_5678, []),
        .initrd(start: 0x8100_0000, size: 0x100), .commandLine(Array("quiet".utf8)),
      ])
    #expect(new.tags.count == 10)
    #expect(try Self.parse(new.bytes()) == new)
    let bare = try ATAGList(carryingOver: old, initrd: nil, commandLine: nil)
    #expect(bare.initrd == nil && bare.commandLine == nil)
  }

  @Test("A list is built from the machine's RAM, which must lie below 4 GiB")
  func builds() throws {
    let low = try EditingTests.range(0x8000_0000, 0xa000_0000)
    let list = try ATAGList(memory: [low], initrd: nil, commandLine: Array("a".utf8))
    #expect(
      list.bytes()
        == Self.bytes([
          2, 0x5441_0001, 4, 0x5441_0002, 0x2000_0000, 0x8000_0000, 3, 0x5441_0009, 0x61, 0, 0,
        ]))
    let end = try EditingTests.range(0xc000_0000, 0x1_0000_0000)
    #expect(try ATAGList(memory: [end], initrd: nil, commandLine: nil).memory == [end])
    for wide in try [
      EditingTests.range(0, 0x1_0000_0000), EditingTests.range(0xffff_f000, 0x1_0000_1000),
    ] {
      #expect(throws: DeviceTreeError.self) {
        try ATAGList(memory: [wide], initrd: nil, commandLine: nil)
      }
    }
  }

  @Test(
    "A broken list is refused at the offset of the broken tag",
    arguments: [
      ([], 0), ([0, 0], 0), ([2], 0), ([2, 0x5441_0001], 8), ([3, 0x5441_0001, 0, 0, 0], 0),
      ([4, 0x5441_0002, 1, 2, 0, 0], 0), ([2, 0x5441_0001, 2, 0x5441_0001, 0, 0], 8),
      ([2, 0x5441_0001, 1, 0x5441_0007, 0, 0], 8), ([2, 0x5441_0001, 2, 0x5441_0007, 0, 0], 8),
      ([2, 0x5441_0001, 3, 0x5441_0009, 0x6161_6161, 0, 0], 8),
      ([2, 0x5441_0001, 0xffff_ffff, 0x5441_0007, 0, 0], 8),
      ([2, 0x5441_0001, 0x4000_0000, 0x5441_0007, 0, 0], 8),
    ] as [([UInt32], UInt64)])
  func refuses(words: [UInt32], offset: UInt64) throws {
    let error = try #require(
      throws: DeviceTreeError.self, performing: { try Self.parse(Self.bytes(words)) })
    #expect(error.subject == .atags)
    #expect(error.offset == offset)
  }

  @Test("A list cut anywhere is refused, but for the zero tag's number")
  func refusesTruncation() {
    let whole = Self.bytes(Self.words)
    for count in 0..<(whole.count - 4) {
      #expect(throws: DeviceTreeError.self) { try Self.parse(Array(whole.prefix(count))) }
    }
  }

  @Test("Random changes give an error or a list that reads back", arguments: [UInt64(5)])
  func survivesChanges(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var accepted = 0
    for index in 0..<5000 {
      var bytes = Self.bytes(Self.words)
      for _ in 0...Int.random(in: 0...2, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          UInt8.random(in: 0...255, using: &random)
      }
      guard let list = try? Self.parse(bytes) else { continue }
      accepted += 1
      #expect(try Self.parse(list.bytes()) == list, "seed \(seed), change \(index)")
    }
    #expect(accepted > 500)
  }
}

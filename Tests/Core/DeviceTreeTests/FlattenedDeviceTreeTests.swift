// SPDX-License-Identifier: Apache-2.0
@testable import DeviceTree
import PhysicalMemory
import SeededRandom
import Testing

@Suite("Trees written before the place of the initrd is known")
struct FlattenedDeviceTreeTests {
  @Test(
    "Filling in the initrd gives the file of a tree that it was set in",
    arguments: 0..<200 as Range<UInt64>)
  func fillsIn(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var tree = RandomTreeTests.tree(&random)
    if Bool.random(using: &random) { _ = tree.setCommandLine("console=ttyAMA0") }
    let written = try FlattenedDeviceTree(tree, withInitrd: true)
    let start = PhysicalAddress(UInt64.random(in: 0...0xffff_0000, using: &random))
    let place = try #require(PhysicalRange(start: start, count: ByteCount(UInt64(0x1234))))
    var edited = tree
    _ = try edited.setInitrd(place)
    let file = try written.file(initrd: place)
    #expect(file == edited.flattened(), "seed \(seed)")
    #expect(written.byteCount == ByteCount(file.count))
    #expect(try FlattenedDeviceTree(tree, withInitrd: false).file(initrd: nil) == tree.flattened())
  }

  @Test("An initrd that ends above 4 GiB does not fit into the cells that were left for it")
  func tooHigh() throws {
    let written = try FlattenedDeviceTree(DeviceTree(), withInitrd: true)
    let last = try #require(
      PhysicalRange(
        first: PhysicalAddress(0xffff_0000), last: PhysicalAddress(0xffff_ffff)))
    #expect(throws: DeviceTreeError.self) { try written.file(initrd: last) }
  }

  @Test("Each of many names stands in the strings block once, and is found there")
  func manyNames() throws {
    let count = 40_000
    var strings = StringsBlock()
    // Of one length, so that none ends another.
    let names = (0..<count).map { Array(("name-" + String(100_000 + $0)).utf8) }
    let offsets = names.map { strings.offset(of: $0.span) }
    #expect(strings.bytes.count == count * 12)
    #expect(names.map { strings.offset(of: $0.span) } == offsets)
    #expect(Set(offsets).count == count)
    #expect(strings.bytes.count == count * 12)
  }
}

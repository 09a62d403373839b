// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import PhysicalMemory
import Testing

@Suite("Editing device trees for a boot")
struct EditingTests {
  static func range(_ start: UInt64, _ end: UInt64) throws -> PhysicalRange {
    try #require(PhysicalRange(start: PhysicalAddress(start), end: PhysicalAddress(end)))
  }

  @Test("fdtget finds what was set, of every form")
  func setsProperties() throws {
    var tree = try DeviceTree(source: Samples.board)
    tree.edit("/new/deeper@1", create: true) { node in
      node.set("bytes", bytes: [1, 2, 255])
      node.set("one", u32: 0x1234_5678)
      node.set("wide", u64: 0x1_0000_0002)
      node.set("text", string: "a b c")
      node.set("texts", strings: ["x", "", "yz"])
      node.set("cells", cells: [1, 2, 3])
      node.set("flag", bytes: [])
      node.set("one", u32: 7)
    }
    let file = tree.flattened()
    let path = "/new/deeper@1"
    #expect(try DTC.get(file, "-t bx", path, "bytes") == "1 2 ff")
    #expect(try DTC.get(file, "-t x", path, "one") == "7")
    #expect(try DTC.get(file, "-t x", path, "wide") == "1 2")
    #expect(try DTC.get(file, "-t s", path, "text") == "a b c")
    #expect(try DTC.get(file, "-t s", path, "texts") == "x  yz")
    #expect(try DTC.get(file, "-t u", path, "cells") == "1 2 3")
    #expect(try DTC.get(file, "-p", path, "").contains("flag"))
    let read = try DeviceTree(file)
    #expect(read == tree)
    let node = try #require(read[path])
    #expect(node.property(named: "wide")?.asUInt64 == 0x1_0000_0002)
    #expect(node.property(named: "wide")?.asUInt32 == nil)
    #expect(node.property(named: "text")?.asString == "a b c")
    #expect(node.property(named: "texts")?.asString == nil)
    #expect(node.property(named: "texts")?.asStrings == ["x", "", "yz"])
    #expect(node.property(named: "cells")?.asCells == [1, 2, 3])
    #expect(node.property(named: "bytes")?.asCells == nil)
    #expect(node.property(named: "bytes")?.asStrings == nil)
    #expect(node.property(named: "flag")?.asString == nil)
  }

  @Test("A name without unit address finds the only node that has it with one, never one of two")
  func findsWithoutUnitAddress() throws {
    var tree = try DeviceTree(source: Samples.board)
    #expect(tree["/soc/serial"]?.name == "serial@9000000")
    #expect(tree["/soc/timer"] == nil)
    #expect(tree["/soc/timer@b000000"]?.name == "timer@b000000")
    #expect(tree["/soc/ser"] == nil)
    #expect(tree["serial0"]?.name == "serial@9000000")
    #expect(tree["serial1"] == nil)
    #expect(tree["/"] == tree.root)
    let before = tree
    #expect(tree.edit("/soc/timer", create: true) { $0.set("x", u32: 1) } == nil)
    #expect(tree.edit("/soc/none") { $0.set("x", u32: 1) } == nil)
    #expect(tree == before)
  }

  @Test("Command line and initrd are set as fdtget reads them; 64-bit cells only when needed")
  func setsChosen() throws {
    var tree = try DeviceTree(source: Samples.board)
    #expect(
      tree.setCommandLine("console=tty0") == [
        .commandLineSet(old: "console=ttyAMA0 root=/dev/old", new: "console=tty0")
      ])
    #expect(tree.setCommandLine("console=tty0").isEmpty)
    let low = try Self.range(0x4100_0000, 0x4180_0001)
    let edits = try tree.setInitrd(low)
    #expect(
      edits == [
        .memoryReservationRemoved(
          MemoryReservation(address: 0x4900_0000, size: 0x12_3456),
          why: "it held the previous initrd"),
        .initrdSet(low),
      ])
    #expect(tree.initrd == low)
    var file = tree.flattened()
    #expect(try DTC.get(file, "-t s", "/chosen", "bootargs") == "console=tty0")
    #expect(try DTC.get(file, "-t x", "/chosen", "linux,initrd-start") == "41000000")
    #expect(try DTC.get(file, "-t x", "/chosen", "linux,initrd-end") == "41800001")
    let edge = try Self.range(0xff00_0000, 0x1_0000_0000)
    _ = try tree.setInitrd(edge)
    file = tree.flattened()
    #expect(try DTC.get(file, "-t x", "/chosen", "linux,initrd-start") == "0 ff000000")
    #expect(try DTC.get(file, "-t x", "/chosen", "linux,initrd-end") == "1 0")
    #expect(tree.initrd == edge)
    #expect(throws: DeviceTreeError.self) { try tree.setInitrd(.everything) }
    _ = try tree.setInitrd(nil)
    #expect(tree.initrd == nil)
    #expect(tree.chosen?.property(named: "linux,initrd-start") == nil)
    #expect(tree.setCommandLine(nil) == [.commandLineRemoved(old: "console=tty0")])
    #expect(tree.commandLine == nil)
  }

  @Test("A tree without /chosen gets one, and /chosen@0 is used where it stands")
  func createsChosen() throws {
    var tree = DeviceTree()
    #expect(tree.setCommandLine(nil).isEmpty)
    #expect(tree.chosenPath == nil)
    #expect(tree.setCommandLine("quiet") == [.commandLineSet(old: nil, new: "quiet")])
    #expect(tree["/chosen"]?.property(named: "bootargs")?.asString == "quiet")
    var numbered = DeviceTree(root: Node(children: [Node("chosen@0")]))
    _ = numbered.setCommandLine("quiet")
    #expect(numbered.root.children.count == 1)
    #expect(numbered["/chosen@0"]?.property(named: "bootargs")?.asString == "quiet")
  }

  @Test("Everything meant for the running kernel goes, and only that")
  func removesStaleEntries() throws {
    var tree = try DeviceTree(source: Samples.board)
    let kept = MemoryReservation(address: 0x4fff_0000, size: 0x10000)
    let ima = MemoryReservation(address: 0x4d00_0000, size: 0x3000)
    tree.memoryReservations.append(ima)
    tree.edit("/chosen") { $0.set("linux,ima-kexec-buffer", cells: [0x4d00_0000, 0x3000]) }
    let old = try Self.range(0x4800_0000, 0x4800_1800)
    let edits = tree.removeStaleEntries(previousTree: old)
    #expect(tree.memoryReservations == [kept])
    #expect(
      Set(tree.chosen?.properties.map { $0.name } ?? []) == [
        "bootargs", "stdout-path", "rng-seed", "kaslr-seed",
      ])
    #expect(tree["/memory@40000000"]?.property(named: "linux,usable-memory") == nil)
    #expect(edits.count == 9)
    #expect(edits.allSatisfy { !$0.description.isEmpty })
    #expect(tree.removeStaleEntries(previousTree: old).isEmpty)
    #expect(try DeviceTree(tree.flattened()) == tree)
  }

  @Test(
    "A reservation goes only when it is the range or its whole pages",
    arguments: [
      (UInt64(0x4900_0000), UInt64(0x12_3456), true), (0x4900_0000, 0x12_4000, true),
      (0x4900_0000, 0x12_3457, false), (0x4900_0000, 0x12_5000, false),
      (0x48ff_f000, 0x12_4456, false), (0x4900_0000, 0x100_0000, false),
    ])
  func removesMatchingReservations(address: UInt64, size: UInt64, goes: Bool) throws {
    var tree = try DeviceTree(source: Samples.board)
    tree.memoryReservations = [MemoryReservation(address: address, size: size)]
    _ = tree.removeInitrd()
    #expect(tree.memoryReservations.isEmpty == goes)
  }

  @Test("Seeds are replaced by fresh bytes of the same length, or removed, and never shown")
  func refreshesSeeds() throws {
    var tree = try DeviceTree(source: Samples.board)
    #expect(tree.seedByteCount == ByteCount(UInt64(15)))
    let random = (100..<120).map { UInt8($0) }
    let edits = tree.refreshSeeds(from: random)
    #expect(tree.chosen?.property(named: "kaslr-seed")?.value == Array(random[..<8]))
    #expect(tree.chosen?.property(named: "rng-seed")?.value == Array(random[8..<15]))
    #expect(
      edits == [
        .seedReplaced(path: "/chosen", name: "kaslr-seed", length: ByteCount(UInt64(8))),
        .seedReplaced(path: "/chosen", name: "rng-seed", length: ByteCount(UInt64(7))),
      ])
    #expect(edits[1].description == "/chosen: rng-seed replaced by 7 B of fresh random")
    #expect(tree.refreshSeeds(from: Array(random[..<14])).count == 2)
    #expect(tree.chosen?.property(named: "rng-seed") == nil)
    #expect(tree.refreshSeeds() == [.propertyRemoved(path: "/chosen", name: "kaslr-seed")])
    #expect(tree.seedByteCount == .zero)
  }

  @Test("Console and identity are read as the kernel reads them")
  func readsIdentity() throws {
    let tree = try DeviceTree(source: Samples.board)
    #expect(tree.stdoutPath == "/soc/serial@9000000:115200")
    #expect(tree.commandLine == "console=ttyAMA0 root=/dev/old")
    #expect(tree.model == "Test Board")
    #expect(tree.compatible == ["test,board", "test,family"])
    #expect(try DeviceTree(Samples.virt.get()).stdoutPath == "/pl011@9000000")
  }
}

// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory
@testable import Samples
import Testing

/// Case 13: the tables of device trees in Android boot images.
struct TreeTableTests {
  static let trees = [SampleTree.bone, SampleTree.black, SampleTree.acme]

  struct Table: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let columns: [String]

    var testDescription: String { name }
  }

  static let tables = [
    Table(
      name: "QCDT 1", bytes: SampleTable.qualcomm(trees, version: 1),
      columns: ["platform", "variant", "revision"]),
    Table(
      name: "QCDT 2", bytes: SampleTable.qualcomm(trees, version: 2),
      columns: ["platform", "variant", "subtype", "revision"]),
    Table(
      name: "QCDT 3", bytes: SampleTable.qualcomm(trees, version: 3),
      columns: [
        "platform", "variant", "subtype", "revision", "PMIC 0", "PMIC 1", "PMIC 2", "PMIC 3",
      ]),
    Table(
      name: "DTBH", bytes: SampleTable.samsung(trees),
      columns: ["chip", "platform", "subtype", "revision", "last revision"]),
    Table(
      name: "Android", bytes: SampleTable.android(trees),
      columns: ["id", "revision", "custom 0", "custom 1", "custom 2", "custom 3"]),
  ]

  @Test(
    "Every tree of a table is found, behind the second stage, in the tree's section, and alone",
    arguments: tables)
  func found(_ table: Table) throws {
    for file in [
      SyntheticAndroid(table: table.bytes).bytes(),
      SyntheticAndroid(version: 2, tree: table.bytes).bytes(), table.bytes,
    ] {
      let image = try KernelImage.of(file)
      #expect(
        try image.deviceTrees.map { try $0.bytes.bytes(of: file) } == Self.trees)
      #expect(
        image.deviceTrees.map { $0.entry?.columns.map(\.name) } == [
          table.columns, table.columns, table.columns,
        ])
      #expect(
        image.identities(in: file).map { $0?.model } == ["TI Bone", "TI Bone Black", "Acme"])
    }
    #expect(try KernelImage.of(table.bytes).chain == ["DTB table"])
  }

  @Test("Trees one behind the other in the tree's section are all found")
  func inRow() throws {
    let file = SyntheticAndroid(version: 2, tree: SampleTree.bone + SampleTree.black).bytes()
    #expect(try KernelImage.of(file).deviceTrees.count == 2)
  }

  @Test("A tree that the table says is compressed is inflated")
  func compressed() throws {
    let table = SampleTable.android([Builder.gzip(SampleTree.acme)], version: 1, flags: 2)
    let image = try KernelImage.of(table)
    #expect(try image.deviceTrees.map { try $0.bytes.bytes(of: table) } == [SampleTree.acme])
    #expect(image.identities(in: table).map { $0?.model } == ["Acme"])
  }

  @Test(
    "A number in a table that lies is an error, and in a boot image a warning", arguments: tables)
  func lies(_ table: Table) throws {
    let isBig = table.name == "Android"
    for offset in stride(from: 4, to: 64, by: 4) {
      for value in [0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as [UInt32] {
        var bytes = table.bytes
        bytes.replaceSubrange(
          offset..<(offset + 4), with: Builder.word(value, isBigEndian: isBig))
        // Numbers for boot loaders mean nothing to the reader: those files are as good as before.
        let alone = try? KernelImage.of(bytes)
        let file = SyntheticAndroid(table: bytes).bytes()
        let image = try KernelImage.of(file)
        #expect(image.kernel != nil)
        let warned = image.diagnostics.contains { $0.code == .wrapperContradicted }
        #expect(warned == (alone == nil), "\(offset): \(value)")
      }
    }
  }

  @Test("A table that is cut off anywhere is an error or shorter, never a trap", arguments: tables)
  func cut(_ table: Table) {
    let whole = (try? KernelImage.of(table.bytes))?.deviceTrees.count ?? 0
    #expect(whole > 0)
    for count in 4..<min(table.bytes.count, 400) {
      let cut = (try? KernelImage.of(Array(table.bytes.prefix(count))))?.deviceTrees.count ?? 0
      #expect(cut <= whole)
    }
  }

  @Test("A table that the file does not hold to its end is a truncated file, wherever it is cut")
  func truncated() throws {
    let table = SampleTable.qualcomm(
      [SampleTree.bytes(SampleTree.board("Acme", ["acme,board"]))], version: 1)
    let bytes = SyntheticAndroid(table: table).bytes()
    #expect(try KernelImage.of(bytes).deviceTrees.count == 1)
    let without = SyntheticAndroid().bytes().count
    for count in stride(from: without, to: without + table.count, by: 61) {
      #expect {
        _ = try KernelImage.of(Array(bytes.prefix(count)))
      } throws: { error in
        guard case .truncated(let what, _, let present) = error as? KernelImageError else {
          return false
        }
        return what.contains("device tree table") && present == UInt64(count)
      }
    }
  }

  @Test("Many lines with the same large tree are not gone through one by one")
  func repeated() throws {
    var root = Node()
    root.set("compatible", string: "acme,board")
    for index in 0..<4000 { root.set("p\(index)", bytes: [UInt8](repeating: 1, count: 512)) }
    let tree = SampleTree.bytes(DeviceTree(root: root))
    var table = SampleTable.qualcomm([tree], version: 1)
    table.replaceSubrange(8..<12, with: Builder.word(100, isBigEndian: false))
    let line = Array(table[12..<32])
    for index in 1..<100 {
      table.replaceSubrange((12 + index * 20)..<(32 + index * 20), with: line)
    }
    let image = try KernelImage.of(table)
    #expect(image.deviceTrees.count == 100)
    let known = image.identities(in: table).count { $0 != nil }
    #expect(known > 0 && known < 100)
  }
}

extension KernelImage {
  fileprivate func identities(in file: [UInt8]) -> [TreeIdentity?] {
    HeldTree.identities(of: deviceTrees, in: file.span)
  }
}

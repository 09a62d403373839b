// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import KernelImages
import PhysicalMemory
import Reporting
@testable import Samples
import Testing

/// Case 12: what stands with a kernel in one file is listed, in texts and documents.
struct InspectPartsTests {
  private func text(_ bytes: [UInt8]) throws -> String {
    InspectText.render(
      try KernelImage.identify(bytes.span), path: "file", bytes: bytes.span, width: 200)
  }

  private func document(_ bytes: [UInt8]) throws -> [String: Any] {
    let json = InspectDocument.json(
      try KernelImage.identify(bytes.span), path: "file", bytes: bytes.span)
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    return try #require(value as? [String: Any])
  }

  private func list(_ key: String, _ document: [String: Any]) throws -> [[String: Any]] {
    try #require(document[key] as? [[String: Any]])
  }

  @Test("Every configuration of a FIT is listed with all that it names, the default marked")
  func configurations() throws {
    let fit = SampleFIT().bytes()
    let text = try text(fit)
    for word in [
      "conf-bone   default, taken", "conf-black", "fdt: fdt-black, ov-1", "for ti,bone-black",
      "ramdisk: ramdisk-1", "fpga: fpga-1", "for conf-more", "overlay-2",
    ] { #expect(text.contains(word), "\(word)") }
    let all = try list("configurations", try document(fit))
    #expect(
      all.map { $0["name"] as? String } == [
        "conf-bone", "conf-black", "conf-more", "overlay-1", "overlay-2",
      ])
    #expect(all.map { $0["default"] as? Bool } == [true, false, false, false, false])
    #expect(all[1]["compatible"] as? [String] == ["ti,bone-black"])
    #expect((all[1]["images"] as? [[String: String]])?.count == 4)
  }

  @Test("Trees are listed with model, compatible, memory and the columns of their table")
  func trees() throws {
    let file = SyntheticAndroid(
      table: SampleTable.qualcomm([SampleTree.bone, SampleTree.acme], version: 1)
    ).bytes()
    let text = try text(file)
    for word in [
      "tree 1 of the QCDT table", "Acme", "for acme,board", "memory 0x80000000-0x9fffffff",
      "platform 0x7e, variant 0x9, revision 0x20001",
    ] { #expect(text.contains(word), "\(word)") }
    let trees = try list("trees", try document(file))
    #expect(trees.map { $0["index"] as? Int } == [0, 1])
    #expect(trees.map { $0["model"] as? String } == ["TI Bone", "Acme"])
    #expect((trees[1]["memory"] as? [[String: String]])?.first?["last"] == "0x9fffffff")
    #expect(
      (trees[1]["table"] as? [[String: String]])?.map { $0["value"] } == ["0x7e", "0x9", "0x20001"])
  }

  @Test("A board's tree tells its reservations and its command line, an overlay that it is one")
  func board() throws {
    var tree = SampleTree.board("Acme", ["acme,board"])
    tree.memoryReservations = [MemoryReservation(address: 0x8100_0000, size: 0x1000)]
    _ = tree.setCommandLine("console=ttyS7")
    let text = try text(SampleTree.bytes(tree))
    #expect(text.contains("reserved 0x81000000-0x81000fff, memory reservation block"))
    #expect(text.contains("bootargs console=ttyS7"))
    let overlay = try list("trees", try document(SampleTree.bytes(SampleTree.overlay("x"))))
    #expect(overlay.map { $0["overlay"] as? Bool } == [true])
  }

  @Test("A tree that cannot be read says why")
  func damaged() throws {
    var table = SampleTable.qualcomm([SampleTree.bone, SampleTree.acme], version: 1)
    let second = try #require(table.lastIndex(of: 0xed))
    table[second - 1] = 0
    let file = SyntheticAndroid(table: table).bytes()
    let document = try document(file)
    let trees = try list("trees", document)
    #expect(trees.map { $0["problem"] is NSNull } == [true, false])
    #expect(try text(file).contains("cannot be read: "))
  }

  @Test("A snapshot's document and text tell the machine")
  func machine() throws {
    let range = try #require(
      PhysicalRange(first: PhysicalAddress(0x8000_0000), last: PhysicalAddress(0x9fff_ffff)))
    let machine = InspectedMachine(
      release: "6.1.0", machine: "armv7l", pageBytes: .kibibytes(4),
      memory: MemoryMap(ram: RangeSet(range)), tree: SampleTree.board("Acme", ["acme,board"]),
      commandLine: "quiet", files: ["facts", "iomem"])
    let text = InspectText.render(machine, path: "file", fileBytes: 5)
    for word in ["6.1.0", "armv7l", "Acme", "acme,board", "512 MiB", "quiet", "facts, iomem"] {
      #expect(text.contains(word), "\(word)")
    }
    let bytes: [UInt8] = [1]
    let json = InspectDocument.json(
      KernelImage(), path: "file", bytes: bytes.span, machine: machine)
    #expect(json.contains("\"release\": \"6.1.0\""))
  }
}

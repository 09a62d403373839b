// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
@testable import Samples
import Testing

/// Case 09: which tree or configuration is for a machine.
struct TreeMatchTests {
  static let black = TreeIdentity(
    model: "Black", compatible: ["ti,bone-black", "ti,bone", "ti,am33xx"])
  static let bone = TreeIdentity(model: "Bone", compatible: ["ti,bone", "ti,am33xx"])
  static let evm = TreeIdentity(model: "EVM", compatible: ["ti,evm", "ti,am33xx"])
  static let acme = TreeIdentity(model: "Acme", compatible: ["acme,board"])

  @Test("The most special string of the machine that a candidate has decides")
  func order() throws {
    let best = try #require(
      TreeMatch.best(of: [Self.acme, Self.evm, Self.bone, Self.black], on: Self.black))
    #expect(best.index == 3)
    #expect(best.match.isForMachine)
    #expect(best.rivals == [])
    let next = try #require(TreeMatch.best(of: [Self.evm, Self.bone], on: Self.black))
    #expect(next.index == 1)
    #expect(!next.match.isForMachine)
    #expect(next.match.reason == .compatible("ti,bone", place: 1))
  }

  @Test("Of two with the same string, the one that names it earlier is better, whatever the order")
  func derived() throws {
    for (candidates, index) in [([Self.black, Self.bone], 1), ([Self.bone, Self.black], 0)] {
      let best = try #require(TreeMatch.best(of: candidates, on: Self.bone))
      #expect(best.index == index)
      #expect(best.rivals == [])
    }
  }

  @Test("The name of the board decides between equals; else the first is taken and the others told")
  func equals() throws {
    var other = Self.black
    other.model = "Black, revision 2"
    #expect(TreeMatch.best(of: [other, Self.black], on: Self.black)?.index == 1)
    var third = Self.black
    third.model = "Black, revision 3"
    let best = try #require(TreeMatch.best(of: [other, third], on: Self.black))
    #expect(best.index == 0)
    #expect(best.rivals == [1])
  }

  @Test("Where nothing is shared, or nothing is known, nothing fits")
  func nothing() {
    #expect(TreeMatch.best(of: [Self.acme, nil], on: Self.black) == nil)
    #expect(TreeMatch.best(of: [Self.black], on: TreeIdentity()) == nil)
    #expect(TreeMatch.best(of: [], on: Self.black) == nil)
  }

  @Test("Qualcomm's numbers go before strings; a table without subtypes fits every one")
  func numbers() throws {
    func tree(_ ids: [UInt32], _ boards: [UInt32]) throws -> TreeIdentity {
      let tree = SampleTree.board(
        "phone", ["qcom,msm8974"], numbers: [("qcom,msm-id", ids), ("qcom,board-id", boards)])
      return TreeIdentity(root: tree.root)
    }
    let machine = try tree([126, 0x20000, 126, 0x20001], [8, 1])
    #expect(machine.qualcomm?.chips.count == 2)
    let candidates = [
      try tree([126, 0x20001], [9, 1]), try tree([185, 0x20001], [8, 1]),
      try tree([126, 0x20001], [8, 2]), try tree([126, 0x20001], [8, 1]),
    ]
    let best = try #require(TreeMatch.best(of: candidates, on: machine))
    #expect(best.index == 3)
    #expect(best.match.reason == .numbers)
    var line = TreeIdentity()
    line.qualcomm = QualcommNumbers(
      chips: [.init(platform: 126, revision: 0x20001)], boards: [.init(variant: 8, subtype: nil)])
    #expect(TreeMatch(line, on: machine)?.isForMachine == true)
    // Trees of the first kind have triples of chip, variant and revision.
    let old = TreeIdentity(
      root: SampleTree.board("old", [], numbers: [("qcom,msm-id", [126, 8, 0x20001])]).root)
    #expect(old.qualcomm?.boards == [.init(variant: 8, subtype: nil)])
    #expect(TreeMatch(old, on: machine)?.reason == .numbers)
  }
}

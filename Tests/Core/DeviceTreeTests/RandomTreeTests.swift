// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import SeededRandom
import Testing

@Suite("Random device trees")
struct RandomTreeTests {
  @Test("What is written reads back the same, and dtc reads it the same", arguments: [UInt64(7)])
  func roundTrips(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    try DTC.inFolder { dtc in
      var files: [[UInt8]] = []
      for index in 0..<300 {
        let tree = Self.tree(&random)
        let file = tree.flattened()
        #expect(try DeviceTree(file) == tree, "seed \(seed), tree \(index)")
        let root = try DeviceTree.root(flattened: file.span)
        #expect(root.properties == tree.root.properties && root.children.isEmpty)
        try dtc.write("\(index).dtb", file)
        files.append(file)
      }
      try dtc.shell("for f in *.dtb; do dtc -f -q -q -I dtb -O dtb -o $f.out $f; done")
      for (index, file) in files.enumerated() {
        #expect(try dtc.read("\(index).dtb.out") == file, "seed \(seed), tree \(index)")
      }
    }
  }

  static func tree(_ random: inout SplitMix64) -> DeviceTree {
    DeviceTree(
      root: node("", depth: 0, &random),
      memoryReservations: (0..<Int.random(in: 0...3, using: &random)).map { _ in
        MemoryReservation(
          address: UInt64.random(in: 0...(.max), using: &random),
          size: UInt64.random(in: 1...(.max), using: &random))
      },
      bootCPU: UInt32.random(in: 0...(.max), using: &random))
  }

  static func node(_ name: String, depth: Int, _ random: inout SplitMix64) -> Node {
    var node = Node(name)
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let count = Int.random(in: 0...17, using: &random)
      let value = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      node.properties.append(Property(word("ab#,-", &random), value))
    }
    guard depth < 6 else { return node }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      node.children.append(Self.node(word("ab@,-", &random), depth: depth + 1, &random))
    }
    return node
  }

  /// Few letters, so that names repeat and end each other.
  static func word(_ letters: String, _ random: inout SplitMix64) -> String {
    String(
      (0..<Int.random(in: 1...6, using: &random)).map { _ in
        letters.randomElement(using: &random) ?? "a"
      })
  }
}

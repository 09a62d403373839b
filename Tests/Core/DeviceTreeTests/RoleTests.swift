// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Testing

@Suite("What a flattened tree describes")
struct RoleTests {
  static let board = """
    / { #address-cells = <1>; #size-cells = <1>; compatible = "acme,board", "acme,chip"; model = "A";
      memory@80000000 { device_type = "memory"; reg = <0x80000000 0x20000000>; };
      uart1: serial@48022000 { compatible = "ns16550a"; status = "disabled"; }; };
    """

  @Test(
    "A machine, an overlay and a FIT are told apart",
    arguments: [
      (board, .machine), ("/ { };", .machine), ("/ { soc { uart { }; }; };", .machine),
      ("/plugin/; &uart1 { status = \"okay\"; };", .overlay),
      ("/plugin/; / { compatible = \"brcm,bcm2835\"; };  &uart1 { status = \"okay\"; };", .overlay),
      ("/ { x { target-path = \"/\"; __overlay__ { }; }; };", .overlay),
      ("/ { images { }; configurations { }; };", .imageTree),
      ("/ { images { a { }; }; };", .imageTree),
      ("/ { chosen { }; images { }; };", .machine),
    ] as [(String, DeviceTree.Role)])
  func roles(_ source: String, _ role: DeviceTree.Role) throws {
    let tree = try DeviceTree(source: "/dts-v1/; " + source)
    #expect(tree.role == role)
  }

  @Test("A second tree is found behind the first, at once or behind zeros, and nothing else is")
  func secondTree() throws {
    let first = try DTC.compile("/dts-v1/; " + Self.board)
    let second = try DTC.compile("/dts-v1/; / { model = \"B\"; };")
    func model(_ bytes: [UInt8]) -> String? {
      DeviceTree.rootBehind(bytes.span)?.property(named: "model")?.text
    }
    #expect(model(first) == nil)
    #expect(model(first + [UInt8](repeating: 0, count: 4000)) == nil)
    #expect(model(first + second) == "B")
    #expect(model(first + [0, 0, 0] + second) == "B")
    #expect(model(first + second.dropLast(second.count - 20)) == nil)
    #expect(model(first + [1, 2, 3]) == nil)
    #expect(model([]) == nil)
  }

  @Test(
    "Why a kernel finds no memory is told",
    arguments: [
      ("/ { };", .noNode),
      ("/ { memory@80000000 { reg = <1 2>; }; };", .untyped(path: "/memory@80000000")),
      ("/ { memory { device_type = \"ram\"; }; };", .untyped(path: "/memory")),
      ("/ { memory { device_type = \"memory\"; }; };", .empty(path: "/memory")),
      (
        "/ { memory { device_type = \"memory\"; reg = <0x80000000 0>; }; };",
        .empty(path: "/memory")
      ),
      (
        "/ { memory { device_type = \"memory\"; reg = <1 2>; status = \"disabled\"; }; };",
        .disabled(path: "/memory")
      ),
      (
        "/ { soc { memory { device_type = \"memory\"; reg = <1 2>; }; }; };",
        .nested(path: "/soc/memory")
      ),
    ] as [(String, DeviceTree.MissingMemory)])
  func missingMemory(_ source: String, _ reason: DeviceTree.MissingMemory) throws {
    let tree = try DeviceTree(source: "/dts-v1/; " + source)
    #expect(tree.missingMemory == reason)
    #expect(!reason.description.isEmpty && !reason.remedy.isEmpty)
  }
}

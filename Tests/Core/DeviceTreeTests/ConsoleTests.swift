// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory
import Testing

@Suite("The console of a device tree")
struct ConsoleTests {
  private func tree(_ body: String) throws -> DeviceTree {
    try DeviceTree(
      source: "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; \(body) };")
  }

  @Test(
    "It is what stdout-path names, by path or alias, options left away; else serial0",
    arguments: [
      #"aliases { s = "/soc/uart@10"; }; chosen { stdout-path = "s:115200n8"; };"#,
      #"chosen { stdout-path = "/soc/uart@10:115200"; };"#,
      #"chosen { linux,stdout-path = "/soc/uart@10"; };"#,
      #"aliases { serial0 = "/soc/uart@10"; };"#,
      #"aliases { serial0 = "/soc/uart@10"; }; chosen { stdout-path = "gone"; };"#,
    ])
  func named(naming: String) throws {
    let tree = try tree(
      """
      \(naming)
      soc { #address-cells = <1>; #size-cells = <1>; ranges = <0x0 0x20000000 0x1000>;
        uart@10 { reg = <0x10 0x4>; }; };
      """)
    #expect(tree.console?.name == "uart@10")
    #expect(tree.consoleAddress == PhysicalAddress(0x2000_0010))
  }

  @Test("Addresses are translated by every bus above, with the cells of each")
  func translated() throws {
    let tree = try tree(
      """
      chosen { stdout-path = "/a/b/uart"; };
      a { #address-cells = <2>; #size-cells = <1>; ranges = <0x1 0x0 0x40000000 0x10000>;
        b { #address-cells = <1>; #size-cells = <1>;
          ranges = <0x0 0x1 0x100 0x100>, <0x1000 0x1 0x2000 0x100>;
          uart { reg = <0x1040 0x4>; }; }; };
      """)
    #expect(tree.consoleAddress == PhysicalAddress(0x4000_2040))
  }

  @Test(
    "An address that a bus does not translate is none",
    arguments: ["", "ranges = <0x0 0x0 0x10>;", "ranges = <0x0>;"])
  func untranslated(ranges: String) throws {
    let tree = try tree(
      """
      chosen { stdout-path = "/soc/uart"; };
      soc { #address-cells = <1>; #size-cells = <1>; \(ranges) uart { reg = <0x10 0x4>; }; };
      """)
    #expect(tree.console != nil)
    #expect(tree.consoleAddress == nil)
  }

  @Test("An empty ranges means the same addresses; no console is none")
  func identity() throws {
    let tree = try tree(
      """
      chosen { stdout-path = "/soc/uart"; };
      soc { #address-cells = <1>; #size-cells = <1>; ranges; uart { reg = <0x10 0x4>; }; };
      """)
    #expect(tree.consoleAddress == PhysicalAddress(0x10))
    #expect(try self.tree("soc { };").console == nil)
    #expect(try self.tree("soc { };").consoleAddress == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import SeededRandom
import Testing

@Suite("Overlays")
struct OverlayTests {
  static let base = """
    /dts-v1/;
    / {
      #address-cells = <1>; #size-cells = <1>;
      soc: soc { #address-cells = <1>; #size-cells = <1>; ranges;
        gpio: gpio@1000 { reg = <0x1000 0x10>; #gpio-cells = <2>; gpio-controller; };
        i2c0: i2c@2000 { reg = <0x2000 0x10>; status = "disabled"; owner = <&gpio>; };
        led { gpios = <&gpio 1 0>; };
      };
    };
    """

  static let overlays: [String] = [
    // Fragments by label, by path; references to the base, to the overlay, several in one value.
    """
    /dts-v1/; /plugin/;
    &i2c0 { status = "okay"; #address-cells = <1>; #size-cells = <0>;
      sensor: sensor@48 { reg = <0x48>; interrupts-extended = <&gpio 5 1>, <&gpio 6 1>;
        friend = <&camera>; };
      camera: camera@10 { reg = <0x10>; supply = <&sensor &gpio &camera>; };
    };
    &{/soc/led} { label = "new"; gpios = <&gpio 2 1>; };
    &{/} { model = "changed"; new-node { deep { deeper { back = <&sensor>; }; }; }; };
    """,
    // A later fragment changes what an earlier one adds; names with and without unit address.
    """
    /dts-v1/; /plugin/;
    / {
      fragment@0 { target = <&soc>; __overlay__ {
        added: added { value = <1>; }; gpio@1000 { extra; }; i2c { found; }; }; };
      fragment@1 { target-path = "/soc/added"; __overlay__ { value = <2>; ref = <&added>; }; };
      fragment@2 { target = <&added>; __overlay__ { more; }; };
      fragment@3 { target-path = "/"; __overlay__ { at_root: at-root { }; }; };
      not-a-fragment { x; };
    };
    """,
    // Nothing refers to anything.
    "/dts-v1/; /plugin/; / { fragment@0 { target-path = \"/soc\"; __overlay__ { a = <1>; }; }; };",
  ]

  static func fdtoverlay(_ base: [UInt8], _ overlays: [[UInt8]]) throws -> String {
    try DTC.inFolder { dtc in
      try dtc.write("base.dtb", base)
      for (index, overlay) in overlays.enumerated() { try dtc.write("\(index).dtbo", overlay) }
      let names = overlays.indices.map { "\($0).dtbo" }.joined(separator: " ")
      try dtc.shell("fdtoverlay -i base.dtb -o out.dtb \(names)")
      return try DTC.sortedSource(try dtc.read("out.dtb"))
    }
  }

  @Test("The result is fdtoverlay's", arguments: overlays)
  func appliesAsFdtoverlay(source: String) throws {
    let base = try DTC.compile(Self.base, options: "-@")
    let overlay = try DTC.compile(source, options: "-@")
    var tree = try DeviceTree(base)
    let edits = try tree.apply(overlay: DeviceTree(overlay))
    #expect(!edits.isEmpty)
    #expect(try DTC.sortedSource(tree.flattened()) == Self.fdtoverlay(base, [overlay]))
  }

  @Test("Several overlays, one of which refers to another's labels, give fdtoverlay's result")
  func appliesSeveral() throws {
    let second = """
      /dts-v1/; /plugin/;
      &sensor { on = <&camera>; }; &camera { status = "okay"; }; &added { third = <3>; };
      """
    let base = try DTC.compile(Self.base, options: "-@")
    let overlays = try (Self.overlays + [second]).map { try DTC.compile($0, options: "-@") }
    var tree = try DeviceTree(base)
    for overlay in overlays { _ = try tree.apply(overlay: DeviceTree(overlay)) }
    #expect(try DTC.sortedSource(tree.flattened()) == Self.fdtoverlay(base, overlays))
  }

  @Test("Each fragment is told with its target")
  func tellsFragments() throws {
    var tree = try DeviceTree(source: Self.base, options: "-@")
    let edits = try tree.apply(overlay: DeviceTree(source: Self.overlays[1], options: "-@"))
    #expect(
      edits.map { $0.description } == [
        "overlay fragment@0 merged into /soc", "overlay fragment@1 merged into /soc/added",
        "overlay fragment@2 merged into /soc/added", "overlay fragment@3 merged into /",
      ])
  }

  @Test(
    "What an overlay needs and the base lacks is named, and the base stays as it was",
    arguments: [
      ("&nobody { a; };", "label nobody"),
      ("&{/no/where} { a; };", "/no/where"),
      ("/ { fragment@0 { __overlay__ { }; }; };", "target or target-path"),
      ("/ { fragment@0 { target = <9999>; __overlay__ { }; }; };", "phandle 9999"),
      ("/ { fragment@0 { target = <1 2>; __overlay__ { }; }; };", "not one reference"),
      ("/ { fragment@0 { target = <0xffffffff>; __overlay__ { }; }; };", "not one reference"),
    ])
  func refuses(body: String, complaint: String) throws {
    var tree = try DeviceTree(source: Self.base, options: "-@")
    let before = tree
    let overlay = try DeviceTree(source: "/dts-v1/; /plugin/; \(body)", options: "-@ -f")
    let error = try #require(
      throws: DeviceTreeError.self, performing: { try tree.apply(overlay: overlay) })
    #expect(error.description.contains(complaint), "\(error)")
    #expect(tree == before)
  }

  @Test(
    "An overlay whose phandles would pass the highest there is, is refused",
    arguments: [(UInt32(0xffff_fffd), true), (0xffff_fffe, false), (0xffff_ffff, false)])
  func boundsPhandles(highest: UInt32, isApplied: Bool) throws {
    var tree = DeviceTree()
    tree.edit("/a", create: true) { $0.set("phandle", u32: highest) }
    var overlay = DeviceTree()
    overlay.edit("/fragment@0", create: true) { $0.set("target-path", string: "/a") }
    overlay.edit("/fragment@0/__overlay__/b", create: true) { $0.set("phandle", u32: 1) }
    if isApplied {
      _ = try tree.apply(overlay: overlay)
      #expect(tree["/a/b"]?.property(named: "phandle")?.asUInt32 == 0xffff_fffe)
    } else {
      #expect(throws: DeviceTreeError.self) { try tree.apply(overlay: overlay) }
    }
  }

  @Test("Fragments that each bring nodes to a crowd of them are refused before that takes seconds")
  func crowd() throws {
    func children(_ count: Int, _ prefix: String) -> [Node] {
      (0..<count).map { Node(prefix + String($0)) }
    }
    func overlay(_ fragments: Int) -> DeviceTree {
      DeviceTree(
        root: Node(
          children: (0..<fragments).map {
            Node(
              "fragment@\($0)",
              properties: [Property("target-path", Array("/\0".utf8))],
              children: [Node("__overlay__", children: children(1, "new\($0)-"))])
          }))
    }
    // What hundreds of overlays of a real board come to.
    var tree = DeviceTree(root: Node(children: children(1000, "n")))
    #expect(try tree.apply(overlay: overlay(500)).count == 500)
    var crowded = DeviceTree(root: Node(children: children(4000, "n")))
    let before = crowded
    let error = #expect(throws: DeviceTreeError.self) {
      try crowded.apply(overlay: overlay(500))
    }
    #expect(error?.description.contains("children of targets") == true)
    #expect(crowded == before)
  }

  @Test("A base without labels refuses an overlay that refers to one")
  func refusesWithoutSymbols() throws {
    var tree = try DeviceTree(source: Self.base)
    let overlay = try DeviceTree(source: Self.overlays[0], options: "-@")
    #expect(throws: DeviceTreeError.self) { try tree.apply(overlay: overlay) }
  }

  @Test("A random change to an overlay never gives more than an error", arguments: [UInt64(3)])
  func survivesChanges(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let base = try DeviceTree(source: Self.base, options: "-@")
    let files = try Self.overlays.map { try DTC.compile($0, options: "-@") }
    var applied = 0
    var refused = 0
    for index in 0..<3000 {
      var file = files[index % files.count]
      let offset = Int.random(in: 56..<file.count, using: &random)
      file[offset] = UInt8.random(in: 0...255, using: &random)
      guard let overlay = try? DeviceTree(file) else { continue }
      var tree = base
      do {
        _ = try tree.apply(overlay: overlay)
        applied += 1
        #expect(try DeviceTree(tree.flattened()) == tree, "seed \(seed), change \(index)")
      } catch {
        refused += 1
        #expect(tree == base, "seed \(seed), change \(index)")
      }
    }
    #expect(applied > 100 && refused > 100, "\(applied) applied, \(refused) refused")
  }
}

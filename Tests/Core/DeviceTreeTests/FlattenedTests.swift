// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import Testing

@Suite("Flattened device trees")
struct FlattenedTests {
  static let sources: [String] = [
    "/dts-v1/; / { };",
    Samples.board,
    """
    /dts-v1/;
    /memreserve/ 0xfffffffffffff000 0x1000;
    / { a = "x", "", "y"; empty; bytes = [01 02 03]; wide = /bits/ 64 <0x123456789abcdef0>; linux,name+odd?# = <0>;
      node@1,0 { address = "a"; dress = "b"; reg = <1 2>; dr = <3>; ess; };
      node@2 { #address-cells = <2>; ess = "ess"; l1 { l2 { l3 { l4 { cells = <1>; }; }; }; }; };
    };
    """,
    """
    /dts-v1/;
    / { one: one { ref = <&two &one>; }; two: two@2 { path = &one; reg = <2>; }; };
    """,
  ]

  @Test("Reading and writing gives the bytes that dtc gives", arguments: sources)
  func writesAsDTC(source: String) throws {
    for options in ["", "-p 4096", "-@", "-V 16", "-b 3"] {
      let file = try DTC.compile(source, options: options)
      let written = try DeviceTree(file).flattened()
      #expect(written == (try DTC.rewrite(file)), "dtc \(options)")
      #expect(try DeviceTree(written) == DeviceTree(file), "dtc \(options)")
    }
  }

  @Test("Versions 2 and 3, with full paths and aligned values, read as dtc reads them")
  func readsOldVersions() throws {
    for version in ["2", "3"] {
      let file = try DTC.compile(Self.sources[2], options: "-V \(version)")
      #expect(file[23] == UInt8(version))
      let tree = try DeviceTree(file)
      #expect(tree.flattened() == (try DTC.rewrite(file)), "version \(version)")
      #expect(tree["/node@2/l1/l2/l3/l4"]?.property(named: "cells")?.asUInt32 == 1)
      #expect(try DeviceTree.root(flattened: file.span).properties == tree.root.properties)
    }
  }

  @Test("Version 1 and versions that need a newer reader are refused")
  func refusesOtherVersions() throws {
    var file = try DTC.compile("/dts-v1/; / { };")
    file[27] = 18
    file[23] = 18
    #expect(
      throws: DeviceTreeError(
        .header, at: 20, .unsupportedVersion(18, lastCompatible: 18))
    ) { try DeviceTree(file) }
    file[27] = 1
    file[23] = 1
    #expect(throws: DeviceTreeError(.header, at: 20, .unsupportedVersion(1, lastCompatible: 1))) {
      try DeviceTree(file)
    }
    file[27] = 17
    file[23] = 16
    #expect(throws: DeviceTreeError.self) { try DeviceTree(file) }
    file[27] = 17
    file[23] = 99
    #expect(try DeviceTree(file) == DeviceTree())
  }

  @Test("QEMU's tree of 1 MiB is packed to its true size, with nothing lost")
  func packsVirt() throws {
    let file = try Samples.virt.get()
    let packed = try DeviceTree(file).flattened()
    #expect(file.count == 1 << 20)
    #expect(packed.count < 16 << 10)
    #expect(packed == (try DTC.rewrite(file)))
    #expect(try DTC.sortedSource(packed) == DTC.sortedSource(file))
  }

  @Test("QEMU's tree of 1 MiB is read and packed in a few milliseconds")
  func isFast() throws {
    let file = try Samples.virt.get()
    let clock = ContinuousClock()
    let fastest = try (0..<5).map { _ in
      try clock.measure { _ = try DeviceTree(file).flattened() }
    }.min()
    #if DEBUG
      let limit = Duration.milliseconds(100)
    #else
      let limit = Duration.milliseconds(5)
    #endif
    #expect(try #require(fastest) < limit)
  }

  @Test("Errors say what was read, where, and the values")
  func describesErrors() {
    let errors: [(DeviceTreeError, String)] = [
      (
        DeviceTreeError(.header, at: 0, .wrongMagic(0x1f8b)),
        "device tree header at offset 0x0: magic is 0x00001f8b, not 0xd00dfeed"
      ),
      (
        DeviceTreeError(.node("/memory@0"), .doesNotFit(0x1_0000_0000, cells: 1)),
        "device tree node /memory@0: 0x100000000 does not fit into 1 cells"
      ),
      (
        DeviceTreeError(.structure, at: 64, .truncated(needed: 8, available: 4)),
        "device tree structure at offset 0x40: needs 8 bytes, has 4"
      ),
    ]
    for (error, text) in errors { #expect(error.description == text) }
  }

  static func totalSize(_ bytes: [UInt8]) -> UInt64? {
    DeviceTree.totalSize(bytes.span)
  }

  @Test("The total size is told from the header alone, for trees behind other files")
  func tellsTotalSize() throws {
    let file = try Samples.virt.get()
    #expect(Self.totalSize(Array(file.prefix(8))) == 1 << 20)
    #expect(Self.totalSize(Array(file.prefix(7))) == nil)
    #expect(Self.totalSize([0xd0, 0x0d, 0xfe, 0xee, 0, 0, 0, 8]) == nil)
    #expect(try DeviceTree(file + [1, 2, 3]) == DeviceTree(file))
  }

  @Test("NOPs are skipped wherever tokens stand")
  func skipsNOPs() throws {
    let file = try DTC.compile("/dts-v1/; / { a = <1>; b = <2>; c { d = <3>; }; e { }; };")
    try DTC.inFolder { dtc in
      // What fdtput deletes shrinks the file; the kernel overwrites with NOPs, as done here.
      var nopped = file
      let tree = try DeviceTree(file)
      let start = 40 + 16 + 8
      for index in 0..<4 {
        nopped.replaceSubrange(start + index * 4..<start + index * 4 + 4, with: [0, 0, 0, 4])
      }
      var expected = tree
      expected.root.remove("a")
      #expect(try DeviceTree(nopped) == expected)
      #expect(try DeviceTree(nopped).flattened() == DTC.rewrite(nopped))
    }
  }

  @Test("What is no zero between values does not get into the next file")
  func clearsPadding() throws {
    let file = try DTC.compile("/dts-v1/; / { a = [01]; b = [02 03 04]; c { a = [05]; }; };")
    var dirty = file
    // Behind the values of a, b and c's a: see the test above for where they stand.
    let values = [40 + 16 + 8 + 12, 40 + 16 + 8 + 16 + 12, 40 + 16 + 8 + 32 + 8 + 12]
    for (value, count) in zip(values, [1, 3, 1]) {
      for place in value + count..<value + 4 {
        #expect(dirty[place] == 0)
        dirty[place] = 0xff
      }
    }
    let tree = try DeviceTree(dirty)
    #expect(try tree == DeviceTree(file))
    #expect(tree.hashValue == (try DeviceTree(file)).hashValue)
    #expect(tree.flattened() == file)
  }

  @Test("Ends of names are shared at the lowest place, as dtc does")
  func sharesEndings() throws {
    let tree = DeviceTree(
      root: Node(
        properties: ["reg-names", "names", "s", "clock-names", "reg"].map { Property($0) }))
    let file = tree.flattened()
    #expect(file == (try DTC.rewrite(file)))
    #expect(file.suffix(26) == Array("reg-names\0clock-names\0reg\0".utf8)[...])
  }

  @Test(
    "Every board's tree of the Debian kernel reads and writes as with dtc",
    .enabled(if: !Samples.boards.isEmpty, "no trees in the cache"))
  func rewritesBoards() throws {
    let step = ProcessInfo.processInfo.environment["SWIFT_KEXEC_ALL_BOARDS"] == nil ? 16 : 1
    let boards = Samples.boards.enumerated()
      .filter { $0.offset % step == 0 || $0.element.lastPathComponent.hasPrefix("vexpress") }
      .map { $0.element }
    try DTC.inFolder { dtc in
      for board in boards {
        try FileManager.default.copyItem(
          at: board, to: dtc.folder.appendingPathComponent(board.lastPathComponent))
      }
      try dtc.shell("for f in *.dtb; do dtc -f -q -q -I dtb -O dtb -o $f.out $f; done")
      for board in boards {
        let name = board.lastPathComponent
        let written = try DeviceTree(dtc.read(name)).flattened()
        #expect(written == (try dtc.read(name + ".out")), "\(name)")
      }
    }
  }
}

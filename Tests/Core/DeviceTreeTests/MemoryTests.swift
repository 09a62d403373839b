// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import PhysicalMemory
import Testing

@Suite("Memory in device trees")
struct MemoryTests {
  static func tree(_ body: String, cells: String = "#address-cells = <1>; #size-cells = <1>;")
    throws
    -> DeviceTree
  {
    try DeviceTree(source: "/dts-v1/; / { \(cells) \(body) };")
  }

  @Test("RAM is listed in the order of the nodes, usable memory first, empty ranges left out")
  func listsBanks() throws {
    let tree = try DeviceTree(source: Samples.board)
    let banks = try tree.memoryBanks()
    #expect(
      banks.map { $0.range } == [
        try EditingTests.range(0x4100_0000, 0x4200_0000),
        try EditingTests.range(0x8000_0000, 0x9000_0000),
        try EditingTests.range(0x9000_0000, 0x9000_1000),
        try EditingTests.range(0x0c00_0000, 0x0c00_1000),
      ])
    #expect(banks.map { $0.isTakenByKernel } == [true, true, false, false])
    #expect(banks.map { $0.isUsableMemory } == [true, false, false, false])
    #expect(banks[3].path == "/soc/memory@c000000")
    #expect(
      try tree.memory(preferringUsable: false) == [
        EditingTests.range(0x4000_0000, 0x5000_0000),
        EditingTests.range(0x8000_0000, 0x9000_0000),
      ])
    #expect(
      try tree.usableMemoryRanges() == [EditingTests.range(0x4400_0000, 0x4800_0000)])
  }

  @Test("Nodes keep their order even when a later one is lower")
  func keepsOrder() throws {
    let tree = try Self.tree(
      """
      high { device_type = "memory"; reg = <0x80000000 0x1000>; };
      low { device_type = "memory"; reg = <0x40000000 0x1000>, <0x20000000 0x1000>; };
      """)
    #expect(try tree.memory().map { $0.first.rawValue } == [0x8000_0000, 0x4000_0000, 0x2000_0000])
  }

  @Test(
    "Cell counts of the root are obeyed; missing ones are 1, as in the ARM kernel",
    arguments: [
      ("#address-cells = <2>; #size-cells = <2>;", "<1 0x40000000 0 0x1000>"),
      ("#address-cells = <2>; #size-cells = <1>;", "<1 0x40000000 0x1000>"),
    ])
  func obeysCells(cells: String, reg: String) throws {
    let tree = try Self.tree("m { device_type = \"memory\"; reg = \(reg); };", cells: cells)
    #expect(try tree.memory() == [EditingTests.range(0x1_4000_0000, 0x1_4000_1000)])
    let bare = try Self.tree("m { device_type = \"memory\"; reg = <1 2 3 4>; };", cells: "")
    #expect(try bare.memory() == [EditingTests.range(1, 3), EditingTests.range(3, 7)])
  }

  @Test(
    "Cells that are not 1 or 2, and RAM beyond the address space, are errors",
    arguments: [
      ("#address-cells = <3>; #size-cells = <1>;", "<0 1 2 3>"),
      ("#address-cells = <0>; #size-cells = <1>;", "<1>"),
      ("#address-cells = <1>; #size-cells = [00];", "<1 2>"),
      ("#address-cells = <2>; #size-cells = <2>;", "<0xffffffff 0xfffff000 0 0x2000>"),
    ])
  func refusesCells(cells: String, reg: String) throws {
    let tree = try Self.tree("m { device_type = \"memory\"; reg = \(reg); };", cells: cells)
    #expect(throws: DeviceTreeError.self) { try tree.memory() }
  }

  @Test("RAM may end with the address space")
  func endsWithAddressSpace() throws {
    let tree = try Self.tree(
      "m { device_type = \"memory\"; reg = <0xffffffff 0xfffff000 0 0x1000>; };",
      cells: "#address-cells = <2>; #size-cells = <2>;")
    #expect(try tree.memory().first?.end == nil)
    #expect(try tree.memory().first?.count == ByteCount(UInt64(0x1000)))
  }

  @Test("A tree without RAM gets a memory node that dtc and the kernel's rules read")
  func addsMissingMemory() throws {
    let ranges = try [
      EditingTests.range(0x4000_0000, 0x5000_0000), EditingTests.range(0x8000_0000, 0x8800_0000),
    ]
    var tree = try Self.tree("memory { device_type = \"memory\"; reg = <0 0>; }; soc { };")
    #expect(
      try tree.addMissingMemory(ranges) == [
        .memoryAdded(path: "/memory@40000000", ranges: ranges, because: .empty(path: "/memory"))
      ])
    #expect(try tree.memory() == ranges)
    let file = tree.flattened()
    #expect(
      try DTC.get(file, "-t x", "/memory@40000000", "reg") == "40000000 10000000 80000000 8000000")
    #expect(try DTC.get(file, "-t s", "/memory@40000000", "device_type") == "memory")
    #expect(try tree.addMissingMemory(ranges).isEmpty)
    var wide = try Self.tree("", cells: "#address-cells = <2>; #size-cells = <2>;")
    let high = try EditingTests.range(0x1_0000_0000, 0x3_0000_0000)
    _ = try wide.addMissingMemory([high])
    #expect(
      try DTC.get(wide.flattened(), "-t x", "/memory@100000000", "reg") == "1 0 2 0")
  }

  @Test("A reg too short for the root's cells is told as that, and no size of 0")
  func shortRange() throws {
    let cells = "#address-cells = <2>; #size-cells = <2>;"
    for reg in ["<0x40000000>", "<0x40000000 0x1000>", "<0 0x40000000 0x1000>"] {
      let tree = try Self.tree("memory { device_type = \"memory\"; reg = \(reg); };", cells: cells)
      #expect(tree.missingMemory == .short(path: "/memory"), "\(reg)")
      #expect(tree.missingMemory.description.contains("too short for #address-cells"))
    }
    let empty = try Self.tree(
      "memory { device_type = \"memory\"; reg = <0 0x40000000 0 0>; };", cells: cells)
    #expect(empty.missingMemory == .empty(path: "/memory"))
    let bare = try Self.tree("memory { device_type = \"memory\"; };")
    #expect(bare.missingMemory == .empty(path: "/memory"))
  }

  @Test("Every memory node that kernels pass over is listed with its reason, beside good ones")
  func listsPassedOver() throws {
    let tree = try Self.tree(
      """
      memory@1 { device_type = "memory"; reg = <1 1>; };
      memory@2 { device_type = "memory"; reg = <2 1>; status = "disabled"; };
      memory@3 { device_type = "memory"; reg = <3>; };
      memory@4 { device_type = "memory"; reg = <4 0>; };
      memory@5 { reg = <5 1>; };
      soc { #address-cells = <1>; #size-cells = <1>; memory@6 { device_type = "memory"; reg = <6 1>; }; };
      """)
    #expect(
      tree.passedOverMemory == [
        .disabled(path: "/memory@2"), .short(path: "/memory@3"), .empty(path: "/memory@4"),
        .nested(path: "/soc/memory@6"), .untyped(path: "/memory@5"),
      ])
    #expect(try tree.memory().count == 1)
  }

  @Test("RAM that needs more bits than the root's cells have is an error")
  func refusesWideMemory() throws {
    var tree = try Self.tree("soc { };")
    let before = tree
    let high = try EditingTests.range(0x1_0000_0000, 0x1_0000_1000)
    #expect(
      throws: DeviceTreeError(
        .node("/memory@100000000"), .doesNotFit(0x1_0000_0000, cells: 1))
    ) { try tree.addMissingMemory([high]) }
    let all = try EditingTests.range(0, 0x1_0000_0000)
    #expect(throws: DeviceTreeError.self) { try tree.addMissingMemory([all]) }
    #expect(tree == before)
  }

  @Test("Reserved memory is told with its reasons; disabled and odd regions are not")
  func listsReservedMemory() throws {
    let reserved = try DeviceTree(source: Samples.board).reservedMemory()
    #expect(
      reserved.ranges.map { "\($0.range) \($0.why)" } == [
        "0x48000000-0x48001fff memreserve", "0x49000000-0x49123455 memreserve",
        "0x4fff0000-0x4fffffff memreserve",
        "0x4f000000-0x4f0fffff reserved-memory/secure@4f000000 (no-map)",
        "0x4f200000-0x4f200fff reserved-memory/secure@4f000000 (no-map)",
        "0x4e800000-0x4e8fffff reserved-memory/frame@4e800000",
        "0x49000000-0x49123455 initrd",
      ])
    #expect(reserved.fixed.map { $0.isNoMap } == [true, false])
    #expect(reserved.ignored.count == 1)
    #expect(reserved.ignored.first?.contains("odd@4e600000") == true)
    let pool = try #require(reserved.dynamic.first)
    #expect(reserved.dynamic.count == 1)
    #expect(pool.name == "pool" && pool.isReusable && !pool.isNoMap)
    #expect(pool.size == .mebibytes(64) && pool.alignment == .mebibytes(4))
    #expect(pool.allowed == [try EditingTests.range(0x4000_0000, 0x5000_0000)])
  }

  @Test("More ranges than any machine has are refused, in one node or in many")
  func boundsRanges() throws {
    func tree(_ nodes: Int, _ ranges: Int, reserved: Bool) -> DeviceTree {
      let reg: [UInt32] = (0..<ranges).flatMap { [UInt32($0) * 2, UInt32(1)] }
      var folder = Node(reserved ? "reserved-memory" : "")
      for index in 0..<nodes {
        var node = Node("m" + String(index))
        node.set("device_type", string: "memory")
        node.set("reg", cells: reg)
        folder.children.append(node)
      }
      return DeviceTree(root: reserved ? Node(children: [folder]) : folder)
    }
    #expect(try tree(1, 4096, reserved: false).memory().count == 4096)
    #expect(try tree(4096, 1, reserved: true).reservedMemory().ranges.count == 4096)
    #expect(throws: DeviceTreeError.self) { try tree(1, 4097, reserved: false).memory() }
    #expect(throws: DeviceTreeError.self) { try tree(4097, 1, reserved: false).memory() }
    #expect(throws: DeviceTreeError.self) { try tree(4097, 1, reserved: true).reservedMemory() }
    #expect(try tree(1, 4097, reserved: true).reservedMemory().ignored.count == 2)
  }

  @Test("Regions that the kernel would not read for their cells are kept clear all the same")
  func keepsClearOfIgnored() throws {
    let reserved = try Self.tree(
      "reserved-memory { #address-cells = <2>; #size-cells = <1>; r { reg = <1 2>; }; };"
    ).reservedMemory()
    #expect(reserved.ignored.count == 1)
    #expect(reserved.ranges.map { $0.why } == ["reserved-memory/r"])
  }
}

// SPDX-License-Identifier: Apache-2.0
import DeviceTree

/// Device trees of boards that are not there, and the tables that boot loaders of phones keep them in.
enum SampleTree {
  /// A tree with RAM of 512 MiB at 0x80000000 and a serial port with a label.
  static func board(
    _ model: String, _ compatible: [String], numbers: [(String, [UInt32])] = []
  ) -> DeviceTree {
    var root = Node()
    root.set("#address-cells", u32: 1)
    root.set("#size-cells", u32: 1)
    root.set("model", string: model)
    if !compatible.isEmpty { root.set("compatible", strings: compatible) }
    for (name, cells) in numbers { root.set(name, cells: cells) }
    var memory = Node("memory@80000000")
    memory.set("device_type", string: "memory")
    memory.set("reg", cells: [0x8000_0000, 0x2000_0000])
    var symbols = Node("__symbols__")
    symbols.set("uart1", string: "/serial@48022000")
    var serial = Node("serial@48022000")
    serial.set("status", string: "disabled")
    serial.set("phandle", u32: 1)
    root.children = [memory, serial, symbols]
    return DeviceTree(root: root)
  }

  /// An overlay that enables the serial port and leaves a mark.
  static func overlay(_ mark: String) -> DeviceTree {
    var content = Node("__overlay__")
    content.set("status", string: "okay")
    content.set(mark, bytes: [])
    var fragment = Node("fragment@0", children: [content])
    fragment.set("target", u32: 0xffff_ffff)
    var fixups = Node("__fixups__")
    fixups.set("uart1", string: "/fragment@0:target:0")
    return DeviceTree(root: Node(children: [fragment, fixups]))
  }

  static func bytes(_ tree: DeviceTree) -> [UInt8] {
    (try? FlattenedDeviceTree(tree, withInitrd: false).file(initrd: nil)) ?? []
  }

  static let bone = bytes(board("TI Bone", ["ti,bone", "ti,am33xx"]))
  static let black = bytes(board("TI Bone Black", ["ti,bone-black", "ti,bone", "ti,am33xx"]))
  static let acme = bytes(board("Acme", ["acme,board"]))
}

/// Tables of device trees.
enum SampleTable {
  /// Qualcomm's, of version 1, 2 or 3: the platform is 126, the variants count from 8 on.
  static func qualcomm(_ trees: [[UInt8]], version: UInt32, page: Int = 2048) -> [UInt8] {
    let columns: [UInt32: Int] = [1: 5, 2: 6, 3: 10]
    return table("QCDT", trees, version: version, columns: columns[version] ?? 5, page) { index in
      let head: [UInt32] = [126, 8 + UInt32(index)]
      switch version {
      case 1: return head + [0x20001]
      case 2: return head + [0, 0x20001]
      default: return head + [0, 0x20001, 0, 0, 0, 0]
      }
    }
  }

  /// Samsung's, of version 2.
  static func samsung(_ trees: [[UInt8]], page: Int = 2048) -> [UInt8] {
    table("DTBH", trees, version: 2, columns: 8, page) { index in
      [0x2208, 0x50a6, 0x2175_84da, 0x20 + UInt32(index), 0xff]
    }
  }

  private static func table(
    _ magic: String, _ trees: [[UInt8]], version: UInt32, columns: Int, _ page: Int,
    _ numbers: (Int) -> [UInt32]
  ) -> [UInt8] {
    var head = Builder()
    var body = Builder()
    head.text(magic, length: 4)
    head.word(version)
    head.word(UInt32(trees.count))
    let start = (12 + trees.count * columns * 4 + 4 + page - 1) / page * page
    for (index, tree) in trees.enumerated() {
      let offset = start + body.bytes.count
      body.bytes += tree
      body.pad(to: page)
      let words = numbers(index) + [UInt32(offset), UInt32(start + body.bytes.count - offset)]
      for word in words { head.word(word) }
      for _ in words.count..<columns { head.word(0x20) }
    }
    head.pad(to: page)
    return head.bytes + body.bytes
  }

  /// That of AOSP; `flags` are those of version 1.
  static func android(
    _ trees: [[UInt8]], version: UInt32 = 0, flags: UInt32 = 0
  ) -> [UInt8] {
    var head = Builder(isBigEndian: true)
    var body: [UInt8] = []
    let start = 32 + 32 * trees.count
    let total = start + trees.reduce(0) { $0 + $1.count }
    for word in [0xd7b7_ab1e, UInt32(total), 32, 32, UInt32(trees.count), 32, 2048, version] {
      head.word(word)
    }
    for (index, tree) in trees.enumerated() {
      for word in [
        UInt32(tree.count), UInt32(start + body.count), UInt32(index), 0, flags, 0, 0, 0,
      ] {
        head.word(word)
      }
      body += tree
    }
    return head.bytes + body
  }
}

/// What vendors put before a kernel or a ramdisk.
enum SampleVendorHeader {
  static func mediaTek(_ content: [UInt8], _ name: String, length: Int? = nil) -> [UInt8] {
    var head = Builder()
    head.word(0x5888_1688)
    head.word(UInt32(length ?? content.count))
    head.text(name, length: 32)
    head.bytes += [UInt8](repeating: 0xff, count: 512 - head.bytes.count)
    return head.bytes + content
  }

  static func spreadtrum(_ content: [UInt8], length: Int? = nil) -> [UInt8] {
    var head = Builder()
    head.text("DHTB", length: 4)
    head.word(1)
    head.bytes += [UInt8](repeating: 0xaa, count: 40)
    head.word(UInt32(length ?? content.count))
    head.pad(to: 512)
    return head.bytes + content
  }
}

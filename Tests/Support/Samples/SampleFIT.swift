// SPDX-License-Identifier: Apache-2.0
import DeviceTree

/// A FIT for several boards, put together without hashes.
struct SampleFIT {
  /// Images: name, type, content.
  var images: [(name: String, type: String, data: [UInt8])] = [
    ("kernel-1", "kernel", SyntheticZImage().bytes()), ("fdt-bone", "flat_dt", SampleTree.bone),
    ("fdt-black", "flat_dt", SampleTree.black),
    ("ov-1", "flat_dt", SampleTree.bytes(SampleTree.overlay("first"))),
    ("ov-2", "flat_dt", SampleTree.bytes(SampleTree.overlay("second"))),
    ("ramdisk-1", "ramdisk", Array("070701 a ramdisk".utf8)), ("fpga-1", "fpga", [1, 2, 3]),
  ]
  /// Configurations: name, compatible, and the images of each property.
  var configurations: [(name: String, compatible: [String], images: [(String, [String])])] = [
    ("conf-bone", ["ti,bone"], [("kernel", ["kernel-1"]), ("fdt", ["fdt-bone"])]),
    (
      "conf-black", ["ti,bone-black"],
      [("kernel", ["kernel-1"]), ("fdt", ["fdt-black", "ov-1"]), ("ramdisk", ["ramdisk-1"])]
    ),
    (
      "conf-more", ["ti,bone-black"],
      [("kernel", ["kernel-1"]), ("fdt", ["fdt-black"]), ("fpga", ["fpga-1"])]
    ),
    ("overlay-1", [], [("fdt", ["ov-1"])]), ("overlay-2", [], [("fdt", ["ov-2"])]),
  ]
  var preferred: String? = "conf-bone"
  var architecture = "arm"
  var compression = "none"

  func bytes() -> [UInt8] {
    var all = Node("images")
    for image in images {
      var node = Node(image.name)
      node.set("data", bytes: image.data)
      node.set("type", string: image.type)
      node.set("arch", string: architecture)
      node.set("compression", string: image.type == "kernel" ? compression : "none")
      all.children.append(node)
    }
    var list = Node("configurations")
    if let preferred { list.set("default", string: preferred) }
    for configuration in configurations {
      var node = Node(configuration.name)
      node.set("description", string: "for " + configuration.name)
      if !configuration.compatible.isEmpty {
        node.set("compatible", strings: configuration.compatible)
      }
      for (role, names) in configuration.images { node.set(role, strings: names) }
      list.children.append(node)
    }
    var root = Node()
    root.set("description", string: "boards")
    root.children = [all, list]
    return SampleTree.bytes(DeviceTree(root: root))
  }
}

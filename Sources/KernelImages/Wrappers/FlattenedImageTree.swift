// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Inflation
import PhysicalMemory

/// The images and configurations of a flattened image tree.
///
/// Source: U-Boot doc/uImage.FIT/source_file_format.txt (v2023.01).
struct FlattenedImageTree {
  let tree: FlattenedTree
  /// The node `/images`.
  let images: Int
  /// The node `/configurations`; nil when there is none.
  let configurations: Int?
  /// The offset that `data-offset` counts from.
  let externalBase: Int

  init(_ tree: FlattenedTree, externalBase: Int) throws(KernelImageError) {
    guard let images = tree.child("images", of: 0) else {
      throw .missing(what: "the FIT", name: "node /images")
    }
    self.tree = tree
    self.images = images
    self.externalBase = externalBase
    configurations = tree.child("configurations", of: 0)
  }

  /// The place of an image's data.
  func data(of node: Int, _ layer: Layer) throws(KernelImageError) -> SafeRange {
    let name = "FIT image " + tree.nodes[node].name
    if tree.child("cipher", of: node) != nil {
      throw .missing(what: name, name: "plain data: it is encrypted")
    }
    if let range = tree.value("data", of: node) { return range }
    guard let size = tree.number("data-size", of: node, in: layer.bytes) else {
      throw .missing(what: name, name: "data")
    }
    if let position = tree.number("data-position", of: node, in: layer.bytes) {
      return try layer.part(name, position, size)
    }
    guard let offset = tree.number("data-offset", of: node, in: layer.bytes) else {
      throw .missing(what: name, name: "data")
    }
    return try layer.part(name, saturatingSum(UInt64(externalBase), offset), size)
  }

  /// The stated compression of an image; nil for none.
  func compression(of node: Int, _ layer: Layer) throws(KernelImageError) -> Compression? {
    guard let name = tree.strings("compression", of: node, in: layer.bytes).first, name != "none"
    else { return nil }
    guard let compression = Compression(rawValue: name) else {
      throw .missing(
        what: "FIT image " + tree.nodes[node].name, name: "known compression: it says " + name)
    }
    return compression
  }

  /// The stated type of an image.
  func type(of node: Int, _ layer: Layer) -> String {
    tree.strings("type", of: node, in: layer.bytes).first ?? ""
  }

  /// The images with the stated type `kernel` or `kernel_noload`.
  func kernels(_ layer: Layer) -> [Int] {
    tree.children(of: images).filter {
      let type = type(of: $0, layer)
      return type == "kernel" || type == "kernel_noload"
    }
  }

  /// The images that are stated to be device trees, overlays among them.
  func deviceTrees(_ layer: Layer) -> [Int] {
    tree.children(of: images).filter { type(of: $0, layer) == "flat_dt" }
  }

  /// Finds an image by its name.
  func image(_ name: String) throws(KernelImageError) -> Int {
    guard let node = tree.child(name, of: images) else {
      throw .missing(what: "the FIT", name: "image " + name)
    }
    return node
  }

  /// Lists the configurations in their order, each with its node.
  func listConfigurations(
    _ layer: Layer
  ) throws(KernelImageError) -> [(node: Int, configuration: FITConfiguration)] {
    guard let configurations else { return [] }
    let preferred = tree.strings("default", of: configurations, in: layer.bytes).first
    let known = NameTable(tree.children(of: images).map { Array(tree.nodes[$0].name.utf8) })
    var listed: [(node: Int, configuration: FITConfiguration)] = []
    var count = 0
    for node in tree.children(of: configurations) {
      var found: [FITConfiguration.Image] = []
      for property in tree.nodes[node].properties
      where property.name != "description" && property.name != "compatible" {
        for name in tree.strings(property.name, of: node, in: layer.bytes)
        where known.place(of: Array(name.utf8)) != nil
          || Self.naming.contains(property.name)
        {
          count += 1
          guard count <= Self.mostNamedImages else {
            throw .tooMany(
              what: "images named by the FIT's configurations", limit: Self.mostNamedImages)
          }
          found.append(FITConfiguration.Image(role: property.name, name: name))
        }
      }
      listed.append(
        (
          node,
          FITConfiguration(
            name: tree.nodes[node].name,
            description: tree.strings("description", of: node, in: layer.bytes).first,
            compatible: tree.strings("compatible", of: node, in: layer.bytes), images: found,
            isDefault: tree.nodes[node].name == preferred)
        ))
    }
    return listed
  }

  /// A limit that no FIT reaches; a hostile one could name the same image repeatedly.
  private static let mostNamedImages = 8192

  /// The properties that name only images.
  private static let naming = ["kernel", "fdt", "ramdisk", "loadables"]
}

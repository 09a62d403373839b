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
  /// What `data-offset` counts from.
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

  /// Where the data of an image lies.
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

  /// How an image is said to be compressed; nil for not at all.
  func compression(of node: Int, _ layer: Layer) throws(KernelImageError) -> Compression? {
    guard let name = tree.strings("compression", of: node, in: layer.bytes).first, name != "none"
    else { return nil }
    guard let compression = Compression(rawValue: name) else {
      throw .missing(
        what: "FIT image " + tree.nodes[node].name, name: "known compression: it says " + name)
    }
    return compression
  }

  /// What an image is said to be.
  func type(of node: Int, _ layer: Layer) -> String {
    tree.strings("type", of: node, in: layer.bytes).first ?? ""
  }

  /// The images that are said to be kernels: of type `kernel`, or `kernel_noload`.
  func kernels(_ layer: Layer) -> [Int] {
    tree.children(of: images).filter {
      let type = type(of: $0, layer)
      return type == "kernel" || type == "kernel_noload"
    }
  }

  /// The images that are said to be device trees, overlays among them.
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

  /// More than any FIT names; a hostile one could name the same again and again.
  private static let mostNamedImages = 8192

  /// The properties that name nothing but images.
  private static let naming = ["kernel", "fdt", "ramdisk", "loadables"]
}

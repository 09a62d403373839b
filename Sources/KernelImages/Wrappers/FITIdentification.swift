// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Inflation
import PhysicalMemory

extension Identification {
  /// Takes kernel, ramdisks, device tree and overlays out of a flattened image tree.
  ///
  /// Source: U-Boot doc/uImage.FIT/source_file_format.txt (v2023.01).
  mutating func peelFIT(_ layer: Layer) throws(KernelImageError) {
    guard let header = FlattenedTreeHeader(layer.bytes, at: 0) else {
      let total = layer.reader.bigEndian32(at: 4) ?? 40
      throw .truncated(
        what: "the FIT", needed: max(40, UInt64(total)), present: layer.byteCount)
    }
    try checkTree(layer, header)
    let fit = try FlattenedImageTree(
      try FlattenedTree(layer.bytes, header), externalBase: (header.byteCount + 3) & ~3)
    let listed = try fit.listConfigurations(layer)
    image.configurations = listed.map { $0.configuration }
    let place = image.layers.count
    image.layers.append(
      ImageLayer(
        kind: .fit, offset: layer.offset, byteCount: UInt64(header.byteCount),
        facts: fit.tree.strings("description", of: 0, in: layer.bytes).prefix(1).map {
          ImageFact("description", $0)
        }))
    let taken = try chooseConfigurations(fit, layer, listed.map { $0.node })
    for index in taken { image.configurations[index].isTaken = true }
    let names = taken.map { image.configurations[$0].name }
    image.layers[place].facts.insert(
      ImageFact("configuration", names.isEmpty ? "none" : names.joined(separator: "#")), at: 0)
    for index in taken where fit.tree.child("signature", of: listed[index].node) != nil {
      note(
        .notVerified,
        "the signature of the FIT's configuration " + image.configurations[index].name
          + " was not checked")
    }
    let kernels = fit.kernels(layer)
    guard let first = taken.first else {
      try takeWithoutConfiguration(fit, layer, kernels)
      return
    }
    let configuration = image.configurations[first]
    try takeRamdisks(configuration, fit, layer)
    try takeTrees(taken.map { image.configurations[$0] }, fit, layer)
    noteUnused(taken.map { image.configurations[$0] })
    if let name = configuration.images("kernel").first {
      try peelKernel(fit, try fit.image(name), layer)
    } else if !kernels.isEmpty {
      throw .missing(
        what: "the configuration " + configuration.name + " of the FIT", name: "kernel")
    }
  }

  /// Reads the whole tree as a device tree. If a boot loader would refuse its header, its memory
  /// reservations or its tokens, nothing in it is trusted.
  private func checkTree(
    _ layer: Layer, _ header: FlattenedTreeHeader
  ) throws(KernelImageError) {
    let named: Bool
    do throws(DeviceTreeError) {
      let tree = try DeviceTree(flattened: layer.bytes.extracting(0..<header.byteCount))
      named = !tree.root.name.isEmpty
    } catch {
      let offset = Int(exactly: error.offset ?? 0) ?? 0
      throw .invalid(
        what: "FIT", field: error.subject.description, offset: UInt64(offset),
        value: UInt64(layer.reader.bigEndian32(at: offset) ?? 0))
    }
    guard named else { return }
    throw .invalid(
      what: "FIT", field: "the name of the root node", offset: UInt64(header.structOffset) + 4,
      value: UInt64(layer.reader.bigEndian32(at: header.structOffset + 4) ?? 0))
  }

  /// Takes the first kernel of a FIT without configurations; all other images are only named.
  private mutating func takeWithoutConfiguration(
    _ fit: FlattenedImageTree, _ layer: Layer, _ kernels: [Int]
  ) throws(KernelImageError) {
    for node in fit.deviceTrees(layer) where kernels.isEmpty {
      image.deviceTrees.append(try tree(fit, node, layer))
    }
    for node in fit.tree.children(of: fit.images)
    where node != kernels.first && !(kernels.isEmpty && fit.type(of: node, layer) == "flat_dt") {
      note(
        .partUnused,
        "FIT image " + fit.tree.nodes[node].name
          + " is not used: the FIT has no configuration")
    }
    if let node = kernels.first { try peelKernel(fit, node, layer) }
  }

  /// Takes the ramdisks of a configuration, also those among its loadables.
  private mutating func takeRamdisks(
    _ configuration: FITConfiguration, _ fit: FlattenedImageTree, _ layer: Layer
  ) throws(KernelImageError) {
    for part in configuration.images where part.role == "ramdisk" || part.role == "loadables" {
      let node = try fit.image(part.name)
      let range = try fit.data(of: node, layer)
      try check(fit, node, range, layer)
      if part.role == "ramdisk" || fit.type(of: node, layer) == "ramdisk" {
        try takeInitrd(layer, range, origin: "FIT image " + part.name)
      } else {
        note(.partUnused, "FIT image " + part.name + " is a loadable that is not used")
      }
    }
  }

  /// Takes the tree of the first configuration and all overlays. These are the further names in its
  /// `fdt`, and all names in the `fdt` of the other configurations.
  ///
  /// Source: U-Boot boot/image-fit.c (v2023.01), boot_get_fdt_fit.
  private mutating func takeTrees(
    _ configurations: [FITConfiguration], _ fit: FlattenedImageTree, _ layer: Layer
  ) throws(KernelImageError) {
    var used: [String] = []
    for (index, configuration) in configurations.enumerated() {
      let names = configuration.images("fdt")
      if names.isEmpty, configurations.count > 1 {
        throw .missing(what: "the configuration " + configuration.name + " of the FIT", name: "fdt")
      }
      for (place, name) in names.enumerated() {
        used.append(name)
        let found = try tree(fit, try fit.image(name), layer)
        if index == 0, place == 0 {
          image.deviceTrees.append(found)
        } else if let base = image.deviceTrees.indices.last {
          guard image.deviceTrees[base].overlays.count < Self.mostOverlays else {
            throw .tooMany(what: "overlays of the FIT's tree", limit: Self.mostOverlays)
          }
          image.deviceTrees[base].overlays.append(
            KernelImage.Companion(found.bytes, origin: found.origin))
        }
      }
    }
    for node in fit.deviceTrees(layer) where !used.contains(fit.tree.nodes[node].name) {
      guard image.otherTrees.count < Self.mostOtherTrees,
        let range = try? fit.data(of: node, layer)
      else { continue }
      image.otherTrees.append(tree(fit, node, range, layer))
    }
  }

  /// A limit above the number of boards in any FIT.
  private static let mostOtherTrees = 1024
  /// A limit above the number of overlays that a boot loader merges.
  private static let mostOverlays = 64

  /// Names the images of configurations that do not take part in starting a kernel.
  private mutating func noteUnused(_ configurations: [FITConfiguration]) {
    for (index, configuration) in configurations.enumerated() {
      let isFirst = index == 0
      var kernels = 0
      for part in configuration.images where part.role != "fdt" {
        if part.role == "kernel" { kernels += 1 }
        if isFirst, part.role == "ramdisk" || part.role == "loadables" { continue }
        if isFirst, part.role == "kernel", kernels == 1 { continue }
        note(
          .partUnused,
          "FIT image " + part.name + ", the " + part.role + " of configuration "
            + configuration.name + ", is not used")
      }
    }
  }

  private mutating func peelKernel(
    _ fit: FlattenedImageTree, _ node: Int, _ layer: Layer
  ) throws(KernelImageError) {
    let range = try fit.data(of: node, layer)
    try check(fit, node, range, layer)
    if let name = fit.tree.strings("arch", of: node, in: layer.bytes).first {
      claim("FIT image " + fit.tree.nodes[node].name, architecture: name, isARM: name == "arm")
    }
    try peelLabelled(
      layer, range, as: try fit.compression(of: node, layer),
      "FIT image " + fit.tree.nodes[node].name)
  }

  /// A device tree of the FIT with checked hashes. The boot loader inflates it.
  private mutating func tree(
    _ fit: FlattenedImageTree, _ node: Int, _ layer: Layer
  ) throws(KernelImageError) -> HeldTree {
    let range = try fit.data(of: node, layer)
    try check(fit, node, range, layer)
    _ = try fit.compression(of: node, layer)
    return tree(fit, node, range, layer)
  }

  private func tree(
    _ fit: FlattenedImageTree, _ node: Int, _ range: SafeRange, _ layer: Layer
  ) -> HeldTree {
    var bytes = layer.origin.bytes(range.offset, range.count)
    if let compression = try? fit.compression(of: node, layer) {
      bytes = .compressed(bytes, compression, count: nil)
    }
    return HeldTree(
      bytes, origin: "FIT image " + fit.tree.nodes[node].name, offset: UInt64(range.offset))
  }
}

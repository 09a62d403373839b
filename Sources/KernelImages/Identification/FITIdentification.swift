// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Digests
import Inflation
import PhysicalMemory

extension Identification {
  /// Takes kernel, ramdisk and device tree out of a flattened image tree.
  ///
  /// Source: U-Boot doc/uImage.FIT/source_file_format.txt (v2023.01).
  mutating func peelFIT(_ layer: Layer) throws(KernelImageError) {
    guard let header = FlattenedTreeHeader(layer.bytes, at: 0) else {
      let total = layer.reader.bigEndian32(at: 4) ?? 40
      throw .truncated(
        what: "the FIT", needed: max(40, UInt64(total)), present: layer.byteCount)
    }
    try checkTree(layer, header)
    let fit = FlattenedImageTree(
      tree: try FlattenedTree(layer.bytes, header), externalBase: (header.byteCount + 3) & ~3)
    guard let images = fit.tree.child("images", of: 0) else {
      throw .missing(what: "the FIT", name: "node /images")
    }
    let configuration = try chooseConfiguration(fit.tree, layer)
    var facts = [
      ImageFact("configuration", configuration.map { fit.tree.nodes[$0].name } ?? "none")
    ]
    if let text = fit.tree.strings("description", of: 0, in: layer.bytes).first {
      facts.append(ImageFact("description", text))
    }
    image.layers.append(
      ImageLayer(
        kind: .fit, offset: layer.offset, byteCount: UInt64(header.byteCount), facts: facts))
    func nodes(_ role: String) throws(KernelImageError) -> [Int] {
      guard let configuration else {
        guard role == "kernel" else { return [] }
        return fit.tree.children(of: images).filter {
          fit.tree.strings("type", of: $0, in: layer.bytes).first == "kernel"
        }
      }
      var result: [Int] = []
      for name in fit.tree.strings(role, of: configuration, in: layer.bytes) {
        guard let node = fit.tree.child(name, of: images) else {
          throw .missing(what: "the FIT", name: "image " + name)
        }
        result.append(node)
      }
      return result
    }
    for node in try nodes("ramdisk") { image.initrds.append(try companion(fit, node, layer)) }
    for node in try nodes("loadables") {
      let part = try companion(fit, node, layer)
      if fit.tree.strings("type", of: node, in: layer.bytes).first == "ramdisk" {
        image.initrds.append(part)
      } else {
        note(.trailingBytes, part.origin + " is a loadable that is not used")
      }
    }
    for node in try nodes("fdt") {
      image.deviceTrees.append(try inflatedCompanion(fit, node, layer))
    }
    guard let kernel = try nodes("kernel").first else {
      throw .missing(what: "the FIT", name: "kernel")
    }
    try peelKernel(fit, kernel, layer)
  }

  /// Reads the whole tree as a device tree is read: where a boot loader refuses its header, its
  /// memory reservations or its tokens, nothing in it is trusted.
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

  /// The named configuration, the default one, or nil when the tree has none.
  private func chooseConfiguration(
    _ tree: FlattenedTree, _ layer: Layer
  ) throws(KernelImageError) -> Int? {
    guard let configurations = tree.child("configurations", of: 0) else {
      if let name = options.fitConfiguration {
        throw .missing(what: "the FIT", name: "configuration " + name)
      }
      return nil
    }
    if let name = options.fitConfiguration {
      guard let node = tree.child(name, of: configurations) else {
        throw .missing(what: "the FIT", name: "configuration " + name)
      }
      return node
    }
    if let name = tree.strings("default", of: configurations, in: layer.bytes).first {
      guard let node = tree.child(name, of: configurations) else {
        throw .missing(what: "the FIT", name: "configuration " + name + ", its default")
      }
      return node
    }
    return tree.children(of: configurations).first
  }

  private mutating func peelKernel(
    _ fit: FlattenedImageTree, _ node: Int, _ layer: Layer
  ) throws(KernelImageError) {
    let range = try fit.data(of: node, layer)
    try check(fit, node, range, layer)
    if let name = fit.tree.strings("arch", of: node, in: layer.bytes).first, name != "arm" {
      noteArchitecture(name)
    }
    let content = Layer(
      bytes: layer.bytes.extracting(range.indices),
      origin: layer.origin.advanced(by: range.offset), offset: UInt64(range.offset),
      depth: layer.depth + 1)
    if let compression = try fit.compression(of: node, layer) {
      try peelCompressed(content, compression)
    } else {
      try peel(content.bytes, content.origin, at: content.offset, depth: content.depth)
    }
  }

  private mutating func companion(
    _ fit: FlattenedImageTree, _ node: Int, _ layer: Layer
  ) throws(KernelImageError) -> KernelImage.Companion {
    let range = try fit.data(of: node, layer)
    try check(fit, node, range, layer)
    return KernelImage.Companion(
      layer.origin.bytes(range.offset, range.count),
      origin: "FIT image " + fit.tree.nodes[node].name)
  }

  /// A device tree is inflated by the boot loader; a ramdisk is left to the kernel.
  private mutating func inflatedCompanion(
    _ fit: FlattenedImageTree, _ node: Int, _ layer: Layer
  ) throws(KernelImageError) -> KernelImage.Companion {
    var part = try companion(fit, node, layer)
    if let compression = try fit.compression(of: node, layer) {
      part.bytes = .compressed(part.bytes, compression, count: nil)
    }
    return part
  }

  /// Takes what is to be hashed off an allowance of eight times the file.
  private mutating func takeFromHashAllowance(
    _ range: SafeRange, _ layer: Layer
  ) throws(KernelImageError) {
    let limit = layer.byteCount.multipliedReportingOverflow(by: 8).partialValue
    let left = hashAllowance ?? limit
    // Even the hash of nothing takes time.
    let wanted = UInt64(range.count) + 64
    guard wanted <= left else {
      throw .tooLarge(what: "the hashed data of the FIT, taken together,", limit: limit)
    }
    hashAllowance = left - wanted
  }

  /// Compares the hashes of an image with its data.
  private mutating func check(
    _ fit: FlattenedImageTree, _ node: Int, _ range: SafeRange, _ layer: Layer
  ) throws(KernelImageError) {
    let data = layer.bytes.extracting(range.indices)
    let name = fit.tree.nodes[node].name
    for child in fit.tree.children(of: node) {
      let label = fit.tree.nodes[child].name
      // Source: U-Boot boot/image-fit.c (v2023.01), which compares only as many letters.
      if label.hasPrefix("signature") {
        note(.notVerified, "the signature of FIT image " + name + " was not checked")
        continue
      }
      guard label.hasPrefix("hash") else { continue }
      let algorithm = fit.tree.strings("algo", of: child, in: layer.bytes).first ?? "nothing"
      guard let place = fit.tree.value("value", of: child),
        let stored = layer.reader.copy(place.offset, place.count)
      else {
        throw .missing(what: "the " + algorithm + " hash of FIT image " + name, name: "value")
      }
      try takeFromHashAllowance(range, layer)
      let computed: [UInt8]
      switch algorithm {
      case "crc32": computed = CRC32.hash(data)
      case "md5": computed = MD5.hash(data)
      case "sha1": computed = SHA1.hash(data)
      case "sha256": computed = SHA256.hash(data)
      case "crc16-ccitt", "sha384", "sha512":
        note(
          .notVerified,
          "the " + algorithm + " hash of FIT image " + name + " was not checked: not known here")
        continue
      default:
        throw .missing(
          what: "a hash of FIT image " + name, name: "known algorithm: it says " + algorithm)
      }
      guard stored == computed else {
        throw .checksum(
          what: "FIT image " + name, stored: algorithm + " " + hexadecimalText(of: stored),
          computed: hexadecimalText(of: computed))
      }
    }
  }
}

/// The images of a flattened image tree.
struct FlattenedImageTree {
  let tree: FlattenedTree
  /// What `data-offset` counts from.
  let externalBase: Int

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

  /// How the data of an image is compressed; nil for not at all.
  func compression(of node: Int, _ layer: Layer) throws(KernelImageError) -> Compression? {
    guard let name = tree.strings("compression", of: node, in: layer.bytes).first, name != "none"
    else { return nil }
    guard let compression = Compression(rawValue: name) else {
      throw .missing(
        what: "FIT image " + tree.nodes[node].name, name: "known compression: it says " + name)
    }
    return compression
  }
}

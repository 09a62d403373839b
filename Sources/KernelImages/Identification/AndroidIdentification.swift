// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension Identification {
  /// Takes an Android boot image apart and goes on with its kernel.
  mutating func peelAndroid(_ layer: Layer) throws(KernelImageError) {
    let header = try AndroidBootHeader(layer.reader)
    var facts = [
      ImageFact("header version", "\(header.version)"),
      ImageFact("page size", ByteCount(header.pageBytes).description),
    ]
    if !header.name.isEmpty { facts.append(ImageFact("name", header.name)) }
    if let address = header.kernelAddress {
      facts.append(ImageFact("kernel address", hexadecimal(address, digits: 8)))
    }
    if !header.commandLine.isEmpty {
      facts.append(ImageFact("command line", header.commandLine))
      image.commandLine = header.commandLine
    }
    var kernel: SafeRange?
    var at = paged(header.headerBytes, header.pageBytes)
    for part in header.parts where part.byteCount > 0 {
      let range = try layer.part(
        "the " + part.name + " of the Android boot image", at, part.byteCount)
      facts.append(
        ImageFact(
          part.name, ByteCount(part.byteCount).description + " at " + hexadecimal(at)))
      let origin = "Android " + part.name
      switch part.name {
      case "kernel": kernel = range
      case "ramdisk":
        image.initrds.append(
          KernelImage.Companion(layer.origin.bytes(range.offset, range.count), origin: origin))
      case "device tree": takeTrees(layer, range, origin: origin)
      default: note(.trailingBytes, "the " + origin + " is not used")
      }
      at = paged(saturatingSum(at, part.byteCount), header.pageBytes)
    }
    image.layers.append(
      ImageLayer(
        kind: .androidBoot, offset: layer.offset, byteCount: min(at, layer.byteCount),
        facts: facts))
    guard let kernel else { throw .missing(what: "the Android boot image", name: "kernel") }
    try peel(
      layer.bytes.extracting(kernel.indices), layer.origin.advanced(by: kernel.offset),
      at: UInt64(kernel.offset), depth: layer.depth + 1)
  }

  /// Takes ramdisk and device tree out of the vendor's half of a boot image.
  mutating func peelVendorBoot(_ layer: Layer) throws(KernelImageError) {
    let header = try VendorBootHeader(layer.reader)
    var at = paged(header.headerBytes, header.pageBytes)
    if header.ramdiskBytes > 0 {
      let range = try layer.part("the vendor ramdisk", at, header.ramdiskBytes)
      image.initrds.append(
        KernelImage.Companion(
          layer.origin.bytes(range.offset, range.count), origin: "vendor ramdisk"))
      at = paged(saturatingSum(at, header.ramdiskBytes), header.pageBytes)
    }
    if header.treeBytes > 0 {
      let range = try layer.part("the vendor's device tree", at, header.treeBytes)
      takeTrees(layer, range, origin: "vendor device tree")
    }
    if !header.commandLine.isEmpty { image.commandLine = header.commandLine }
    image.layers.append(
      ImageLayer(
        kind: .vendorBoot, offset: layer.offset, byteCount: layer.byteCount,
        facts: [
          ImageFact("header version", "\(header.version)"),
          ImageFact("page size", ByteCount(header.pageBytes).description),
          ImageFact("ramdisk", ByteCount(header.ramdiskBytes).description),
          ImageFact("device tree", ByteCount(header.treeBytes).description),
          ImageFact("command line", header.commandLine),
        ]))
  }

  /// Takes the device trees that stand one behind the other in a part.
  private mutating func takeTrees(_ layer: Layer, _ range: SafeRange, origin: String) {
    let part = layer.bytes.extracting(range.indices)
    var at = 0
    while let tree = FlattenedTreeHeader(part, at: at), image.deviceTrees.count < 1024 {
      image.deviceTrees.append(
        KernelImage.Companion(
          layer.origin.bytes(range.offset + at, tree.byteCount), origin: origin))
      at += tree.byteCount
    }
    if at == 0 { note(.wrapperContradicted, "the " + origin + " is not a device tree") }
  }

  /// Rounds up to whole pages, which are a power of two.
  private func paged(_ value: UInt64, _ page: UInt64) -> UInt64 {
    saturatingSum(value, page - 1) & ~(page - 1)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// A limit that no image reaches.
  private static let mostParts = 64

  /// Checks a uImage and goes on with its content.
  mutating func peelUImage(_ layer: Layer) throws(KernelImageError) {
    let header = try UImageHeader.checked(layer.bytes)
    let data = try layer.part(
      "the uImage", UInt64(UImageHeader.byteCount), header.dataBytes)
    image.layers.append(
      ImageLayer(
        kind: .uImage, offset: layer.offset,
        byteCount: UInt64(UImageHeader.byteCount) + header.dataBytes, facts: facts(of: header)))
    claim(
      "the uImage", architecture: header.architectureName,
      isARM: header.architecture == UImageHeader.arm)
    reportTrailing(layer, from: data.offset + data.count, "the uImage")
    let inner = try header.inner()
    if image.layers.count == 1 {
      image.uImagePlace = UImagePlace(
        load: header.type == UImageHeader.noLoad
          ? nil : PhysicalAddress(UInt64(header.load)),
        offset: ByteCount(data.offset), isCompressed: inner != nil)
    }
    if header.type == UImageHeader.multi {
      try peelParts(layer, data, compression: inner)
    } else if header.type == UImageHeader.ramdisk, data.count > 0 {
      // The kernel unpacks a ramdisk: its content decides, whatever compression the header states.
      try peel(
        layer.bytes.extracting(data.indices), layer.origin.advanced(by: data.offset),
        at: UInt64(data.offset), depth: layer.depth + 1)
    } else {
      if header.isForBootLoader, inner == nil,
        ImageKind.detect(layer.bytes.extracting(data.indices)) == nil
      {
        throw .notAKernel(
          looksLike: UnknownContent(
            "a uImage of the type " + header.typeName + ", \"" + header.name + "\"",
            hint: "it is for the boot loader, or the boot loader itself; name the kernel's uImage"))
      }
      try peelLabelled(layer, data, as: inner, "the uImage")
    }
  }

  private func facts(of header: UImageHeader) -> [ImageFact] {
    [
      ImageFact("name", header.name), ImageFact("type", header.typeName),
      ImageFact("architecture", header.architectureName),
      ImageFact("operating system", header.system == 5 ? "Linux" : "number \(header.system)"),
      ImageFact("load address", hexadecimal(UInt64(header.load), digits: 8)),
      ImageFact("entry point", hexadecimal(UInt64(header.entry), digits: 8)),
      ImageFact("created", "\(header.time) s after 1970"),
      ImageFact("header CRC", UImageHeader.text(header.headerCRC) + ", right"),
      ImageFact("data CRC", UImageHeader.text(header.dataCRC) + ", right"),
    ]
  }

  /// Goes through the parts of a multi-file image. The first is the kernel, a device tree has a
  /// magic number, anything else is a ramdisk.
  ///
  /// Source: U-Boot boot/image-fdt.c and boot/image-board.c (v2023.01); parts begin at words.
  private mutating func peelParts(
    _ layer: Layer, _ data: SafeRange, compression: Compression?
  ) throws(KernelImageError) {
    let reader = layer.reader
    var sizes: [UInt64] = []
    var at = data.offset
    let end = data.offset + data.count
    // Each turn takes one word of the list.
    while true {
      guard at <= end - 4, let size = reader.bigEndian32(at: at) else {
        throw .truncated(
          what: "the uImage's list of parts", needed: UInt64(at) + 4, present: UInt64(end))
      }
      at += 4
      if size == 0 { break }
      guard sizes.count < Self.mostParts else {
        throw .invalid(
          what: "uImage", field: "the length of the list of parts", offset: UInt64(at),
          value: UInt64(sizes.count) + 1)
      }
      sizes.append(UInt64(size))
    }
    guard !sizes.isEmpty else { throw .missing(what: "the multi-file uImage", name: "part") }
    var start = UInt64(at)
    var first: SafeRange?
    for (index, size) in sizes.enumerated() {
      guard let range = SafeRange(start, size, within: end) else {
        throw .truncated(
          what: "part \(index) of the uImage", needed: saturatingSum(start, size),
          present: UInt64(end))
      }
      start = saturatingSum(start, (size + 3) & ~3)
      if index == 0 {
        first = range
        continue
      }
      let origin = "part \(index) of the uImage"
      if FlattenedTreeHeader(layer.bytes, at: range.offset) != nil {
        image.deviceTrees.append(
          HeldTree(
            layer.origin.bytes(range.offset, range.count), origin: origin,
            offset: UInt64(range.offset)))
      } else {
        try takeInitrd(layer, range, origin: origin)
      }
    }
    if let first { try peelLabelled(layer, first, as: compression, "the uImage") }
  }
}

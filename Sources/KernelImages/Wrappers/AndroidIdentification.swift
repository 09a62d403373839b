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
    for (part, byteCount) in header.parts where byteCount > 0 {
      let range = try layer.part(
        "the " + part.rawValue + " of the Android boot image", at, byteCount)
      facts.append(
        ImageFact(
          part.rawValue, ByteCount(byteCount).description + " at " + hexadecimal(at)))
      let origin = "Android " + part.rawValue
      switch part {
      case .kernel: kernel = range
      case .ramdisk: try takeInitrd(layer, range, origin: origin)
      case .tree, .treeTable: takeTrees(inPart: range, of: layer, origin: origin)
      case .signature: note(.notVerified, "the " + origin + " was not checked")
      case .second where Self.holdsTrees(layer.bytes.extracting(range.indices)):
        takeTrees(inPart: range, of: layer, origin: origin)
      case .second, .recoveryTree: note(.partUnused, "the " + origin + " is not used")
      }
      at = paged(saturatingSum(at, byteCount), header.pageBytes)
    }
    image.layers.append(
      ImageLayer(
        kind: .androidBoot, offset: layer.offset, byteCount: min(at, layer.byteCount),
        facts: facts))
    noteTrailer(layer, from: at)
    guard let kernel else {
      // An init_boot image has only a ramdisk.
      if !image.initrds.isEmpty { return }
      throw .missing(what: "the Android boot image", name: "kernel")
    }
    try peel(
      layer.bytes.extracting(kernel.indices), layer.origin.advanced(by: kernel.offset),
      at: UInt64(kernel.offset), depth: layer.depth + 1)
  }

  /// Whether a part begins like a tree or a table of trees: some boards have theirs in the place of
  /// a second stage.
  private static func holdsTrees(_ part: Span<UInt8>) -> Bool {
    FlattenedTreeHeader(part, at: 0) != nil || TreeTable.isPresent(ByteReader(part))
  }

  /// Takes ramdisk and device tree out of the vendor's half of a boot image.
  mutating func peelVendorBoot(_ layer: Layer) throws(KernelImageError) {
    let header = try VendorBootHeader(layer.reader)
    var at = paged(header.headerBytes, header.pageBytes)
    if header.ramdiskBytes > 0 {
      let range = try layer.part("the vendor ramdisk", at, header.ramdiskBytes)
      try takeInitrd(layer, range, origin: "vendor ramdisk")
      at = paged(saturatingSum(at, header.ramdiskBytes), header.pageBytes)
    }
    if header.treeBytes > 0 {
      let range = try layer.part("the vendor's device tree", at, header.treeBytes)
      takeTrees(inPart: range, of: layer, origin: "vendor device tree")
    }
    if !header.commandLine.isEmpty { image.commandLine = header.commandLine }
    if header.configurationBytes > 0 {
      note(
        .partUnused,
        "the boot configuration of the vendor boot image, "
          + ByteCount(header.configurationBytes).description + ", is not used")
    }
    image.layers.append(
      ImageLayer(
        kind: .vendorBoot, offset: layer.offset, byteCount: layer.byteCount,
        facts: [
          ImageFact("header version", "\(header.version)"),
          ImageFact("page size", ByteCount(header.pageBytes).description),
          ImageFact("ramdisk", ByteCount(header.ramdiskBytes).description),
          ImageFact("device tree", ByteCount(header.treeBytes).description),
          ImageFact("fragments of the ramdisk", "\(header.fragments)"),
          ImageFact("command line", header.commandLine),
        ]))
  }

  /// Names the bytes right behind the last part. A partition is mostly longer than its content, and
  /// filled with zeros or ones.
  private mutating func noteTrailer(_ layer: Layer, from end: UInt64) {
    guard let start = Int(exactly: end), start < layer.bytes.count else { return }
    for trailer in Self.trailers where layer.reader.matches(trailer.mark, at: start) {
      note(.vendorMark, trailer.name + " stands behind the Android boot image")
      return
    }
    let near = layer.bytes.extracting(start..<min(layer.bytes.count, start + 4096))
    for index in near.indices where near[index] != 0 && near[index] != 0xff {
      note(
        .trailingBytes,
        ByteCount(layer.bytes.count - start).description + " at " + hexadecimal(end)
          + " stand behind the parts of the Android boot image and are not used")
      return
    }
  }

  /// The marks that boot loaders look for behind an image.
  ///
  /// Sources: topjohnwu/Magisk native/src/boot/magiskboot.hpp (v24), SEANDROID_MAGIC and
  /// LG_BUMP_MAGIC; AOSP external/avb, libavb/avb_vbmeta_image.h, AVB_MAGIC.
  private static let trailers: [(mark: [UInt8], name: String)] = [
    (Array("SEANDROIDENFORCE".utf8), "Samsung's mark SEANDROIDENFORCE"),
    (
      [
        0x41, 0xa9, 0xe4, 0x67, 0x74, 0x4d, 0x1d, 0x1b, 0xa4, 0x29, 0xf2, 0xec, 0xea, 0x65, 0x52,
        0x79,
      ], "LG's mark of an unlocked boot loader"
    ),
    (Array("AVB0".utf8), "a signature of Android Verified Boot, which was not checked,"),
  ]

  /// Rounds up to whole pages; `page` is a power of two.
  private func paged(_ value: UInt64, _ page: UInt64) -> UInt64 {
    saturatingSum(value, page - 1) & ~(page - 1)
  }
}

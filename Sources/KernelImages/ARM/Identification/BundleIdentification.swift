// SPDX-License-Identifier: Apache-2.0
import Bundles
import PhysicalMemory

extension Identification {
  /// Reads a bundle without looking for a payload: its manifest lists its content, and its size
  /// table holds the figures for loaders.
  mutating func peelBundle(_ layer: Layer) throws(KernelImageError) {
    let facts: BundledBoot
    do throws(BundleError) {
      let bundle = try Bundle(layer.bytes)
      try bundle.checkFerry()
      try bundle.checkSegments()
      facts = BundledBoot(bundle)
    } catch {
      throw .bundle(error)
    }
    let header = try ZImageHeader(layer.bytes)
    let length = try layer.part("the bundle", 0, facts.byteCount.rawValue)
    guard let offset = header.tableOffset,
      case .found(let table) = SizeTable.read(
        layer.bytes.extracting(length.indices), at: offset, isBigEndian: false),
      let place = table.sizeWordOffset.flatMap({ Int(exactly: $0) }),
      let word = ByteReader(layer.bytes).littleEndian32(at: place), let bss = table.bssBytes,
      let text = table.textOffset
    else { throw .missing(what: "the bundle", name: "size table that can be used") }
    let detail = "size table at " + hexadecimal(table.offset)
    func figure(_ value: UInt64) -> Figure<ByteCount> {
      Figure(ByteCount(value), .sizeTable, detail)
    }
    var kernel = ARMKernel(
      zImage: wrapper(facts, table), inflatedBytes: figure(UInt64(word)), bssBytes: figure(bss),
      textOffset: figure(text),
      pageOffset: Figure(
        KernelFigures.defaultPageOffset, .sizeTable, "of no meaning to a bundle"))
    kernel.bundle = facts
    image.kernel = kernel
    image.kernelBytes = layer.origin.bytes(0, length.count)
    image.layers.append(
      ImageLayer(
        kind: .bundle, offset: layer.offset, byteCount: facts.byteCount.rawValue,
        facts: [ImageFact("size table", hexadecimal(table.offset))]))
    reportTrailing(layer, from: length.count, "the bundle")
  }

  /// The zImage that loaders see in a bundle: nothing is inflated at its place.
  private func wrapper(_ facts: BundledBoot, _ table: SizeTable) -> ZImage {
    let none = Figure(ByteCount.zero, .sizeTable, "Ferry's image has it inside")
    return ZImage(
      byteCount: facts.byteCount, compression: nil, payloadOffset: .zero,
      payloadEnd: facts.byteCount, sizeTableOffset: ByteCount(table.offset),
      heapBytes: none, destination: Figure(.window, .sizeTable, "the bundle says by itself"),
      checksDTBMemory: nil, relocationBump: none, bssBytes: none, movedFrom: none,
      wontOverwriteLowest: .zero, wontOverwriteHighest: .zero, linkAddress: .zero,
      mergesATAGs: Figure(false, .sizeTable, "a bundle merges nothing"))
  }

  /// Removes the page that was put in front of a retagged zImage.
  mutating func peelRetagged(_ layer: Layer) throws(KernelImageError) {
    let retagged: RetaggedZImage
    do throws(BundleError) { retagged = try RetaggedZImage(layer.bytes) } catch {
      throw .bundle(error)
    }
    let offset = UInt64(retagged.innerOffset)
    let part = try layer.part("the zImage inside", offset, UInt64(retagged.innerBytes))
    image.layers.append(
      ImageLayer(
        kind: .retagged, offset: layer.offset, byteCount: UInt64(retagged.fileBytes),
        facts: [
          ImageFact("asks of loaders", ByteCount(UInt64(retagged.reachBytes)).description),
          ImageFact("zImage at", hexadecimal(offset)),
        ]))
    let inner = layer.bytes.extracting(part.indices)
    guard ZImageHeader.matches(inner), !RetaggedZImage.isPresent(in: inner) else {
      throw .missing(what: "the retagged zImage", name: "zImage inside")
    }
    try peel(inner, layer.origin.advanced(by: part.offset), at: offset, depth: layer.depth + 1)
  }
}

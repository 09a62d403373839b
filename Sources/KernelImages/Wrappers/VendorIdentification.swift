// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// Removes a vendor's header and goes on with the content behind it.
  mutating func peelVendor(
    _ layer: Layer, _ maker: VendorHeader.Maker
  ) throws(KernelImageError) {
    guard let header = try VendorHeader(layer.reader) else { return }
    var content = try layer.part(
      "what stands behind " + maker.name, VendorHeader.byteCount, header.contentBytes)
    // Spreadtrum's length is that of the signed part, which need not be all.
    if maker == .spreadtrum {
      content = try layer.part(
        maker.name, VendorHeader.byteCount, layer.byteCount - VendorHeader.byteCount)
    }
    var facts = [ImageFact("content", ByteCount(header.contentBytes).description)]
    if !header.label.isEmpty { facts.append(ImageFact("name", header.label)) }
    image.layers.append(
      ImageLayer(
        kind: maker.kind, offset: layer.offset,
        byteCount: VendorHeader.byteCount + UInt64(content.count), facts: facts))
    if maker == .spreadtrum {
      note(.notVerified, "the hash in " + maker.name + " was not checked")
    }
    reportTrailing(layer, from: content.offset + content.count, "the content of " + maker.name)
    guard content.count > 0 else { throw .missing(what: maker.name, name: "content behind it") }
    try peel(
      layer.bytes.extracting(content.indices), layer.origin.advanced(by: content.offset),
      at: UInt64(content.offset), depth: layer.depth + 1)
  }

  /// Takes a ramdisk in a wrapper, without its vendor's header.
  mutating func takeInitrd(
    _ layer: Layer, _ range: SafeRange, origin: String
  ) throws(KernelImageError) {
    let part = layer.bytes.extracting(range.indices)
    guard let header = try VendorHeader(ByteReader(part)) else {
      image.initrds.append(
        KernelImage.Companion(layer.origin.bytes(range.offset, range.count), origin: origin))
      return
    }
    guard
      let content = SafeRange(VendorHeader.byteCount, header.contentBytes, within: part.count)
    else {
      throw .truncated(
        what: "the " + origin + " behind " + header.maker.name,
        needed: saturatingSum(VendorHeader.byteCount, header.contentBytes),
        present: UInt64(part.count))
    }
    image.initrds.append(
      KernelImage.Companion(
        layer.origin.bytes(range.offset + content.offset, content.count),
        origin: origin + ", behind " + header.maker.name))
    note(
      .vendorMark,
      header.maker.name + (header.label.isEmpty ? "" : " (" + header.label + ")")
        + " is taken off the " + origin)
    if content.offset + content.count < part.count {
      note(
        .trailingBytes,
        ByteCount(part.count - content.offset - content.count).description + " stand behind the "
          + origin + " and are not used")
    }
  }

  /// Goes on with content of a stated compression. If the statement is wrong, the content decides.
  mutating func peelLabelled(
    _ layer: Layer, _ range: SafeRange, as claimed: Compression?, _ wrapper: String
  ) throws(KernelImageError) {
    guard range.count > 0 else { throw .missing(what: wrapper, name: "content") }
    let content = Layer(
      bytes: layer.bytes.extracting(range.indices),
      origin: layer.origin.advanced(by: range.offset), offset: UInt64(range.offset),
      depth: layer.depth + 1)
    let found = ImageKind.detect(content.bytes)
    var really: Compression?
    if case .compressed(let compression) = found { really = compression }
    // Content without a mark can only be of the stated kind.
    if found == nil || really == claimed {
      guard let claimed else {
        return try peel(content.bytes, content.origin, at: content.offset, depth: content.depth)
      }
      return try peelCompressed(content, claimed)
    }
    let said = claimed?.rawValue ?? "not compressed"
    let actual = really?.rawValue ?? found?.name ?? "unknown"
    warn(
      .wrapperContradicted,
      wrapper + " says that its content is " + said + "; it is " + actual + ", and taken as that",
      hint: "a boot loader that trusts the label will not start it: make the wrapper anew")
    try peel(content.bytes, content.origin, at: content.offset, depth: content.depth)
  }
}

// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// Identifies the content of a compressed file as a stream. Only content with wrappers or with a
  /// decompressor of its own is held in memory.
  mutating func peelCompressed(
    _ layer: Layer, _ compression: Compression
  ) throws(KernelImageError) {
    guard layer.depth < Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
    // The last word of a gzip file usually states the length of its content.
    let hint =
      compression == .gzip && layer.bytes.count >= 18
      ? layer.reader.littleEndian32(at: layer.bytes.count - 4).map { UInt64($0) } : nil
    var scan = InflatedImageScan(expected: hint, order: .either)
    let consumed = try scanWithin(layer.bytes, compression, into: &scan, at: layer.offset)
    image.layers.append(
      ImageLayer(
        kind: .compressed(compression), offset: layer.offset, byteCount: UInt64(consumed)))
    let stream = layer.bytes.extracting(0..<consumed)
    switch ImageKind.detect(scan.head.span) {
    case .cpio:
      image.layers.append(ImageLayer(kind: .cpio, offset: 0, byteCount: scan.count))
      reportTrailing(layer, from: consumed, "the compressed archive")
    case .image, nil:
      if !scan.settle() {
        scan = InflatedImageScan(expected: scan.count, order: .either)
        _ = try scanWithin(stream, compression, into: &scan, at: layer.offset)
      }
      try noteRawImage(
        scan, .compressed(layer.origin.bytes(0, consumed), compression, count: scan.count),
        Figure(
          ByteCount(scan.count), .payload,
          "inflating the " + compression.rawValue + " data at " + hexadecimal(layer.offset)),
        at: 0)
      takeTrailingTrees(layer, from: consumed)
    default:
      let whole = try inflateWithin(
        stream, compression, at: layer.offset, expected: scan.count)
      try peel(
        whole.bytes.span, ByteOrigin(buffer: whole.bytes, start: 0), at: 0,
        depth: layer.depth + 1)
      takeTrailingTrees(layer, from: consumed)
    }
  }

  /// Lists device trees behind a compressed kernel, as Android's `Image.gz-dtb` has them.
  private mutating func takeTrailingTrees(_ layer: Layer, from end: Int) {
    let end = takeTrees(inRow: layer, from: end, origin: "tree behind the compressed kernel")
    reportTrailing(layer, from: end, "the compressed kernel")
  }
}

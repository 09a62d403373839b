// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// The header of an EFI program that inflates a kernel.
///
/// Source: drivers/firmware/efi/libstub/zboot-header.S (v6.1).
struct ZBootHeader {
  let payloadOffset: UInt64
  let payloadBytes: UInt64
  let compression: String

  /// At offset 4.
  static let magic: [UInt8] = Array("zimg".utf8)

  /// Reads the header; nil when it does not fit into the bytes.
  init?(_ reader: borrowing ByteReader) {
    guard let offset = reader.littleEndian32(at: 8), let count = reader.littleEndian32(at: 12),
      let name = reader.text(at: 24, length: 32)
    else { return nil }
    payloadOffset = UInt64(offset)
    payloadBytes = UInt64(count)
    compression = name
  }
}

extension Identification {
  /// Inflates the beginning of the content of a zboot program and names it.
  mutating func peelZBoot(_ layer: Layer) throws(KernelImageError) {
    guard let header = ZBootHeader(layer.reader) else {
      throw .truncated(what: "the zboot header", needed: 56, present: layer.byteCount)
    }
    let payload = try layer.part(
      "the payload of the zboot program", header.payloadOffset, header.payloadBytes)
    image.layers.append(
      ImageLayer(
        kind: .zboot, offset: layer.offset, byteCount: layer.byteCount,
        facts: [ImageFact("compression", header.compression)]))
    try peel(
      layer.bytes.extracting(payload.indices), layer.origin.advanced(by: payload.offset),
      at: header.payloadOffset, depth: layer.depth + 1)
  }
}

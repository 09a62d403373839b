// SPDX-License-Identifier: Apache-2.0
import Inflation
import Testing

/// A way to pack bytes with a real tool, and the tool that unpacks them.
struct Packing: Sendable, CustomTestStringConvertible {
  let name: String
  let compression: Compression
  let pack: Tool
  let unpack: Tool

  var testDescription: String { name }

  init(_ name: String, _ compression: Compression, _ pack: Tool, _ unpack: Tool) {
    self.name = name
    self.compression = compression
    self.pack = pack
    self.unpack = unpack
  }

  func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    let outcome = try pack.run(bytes)
    try #require(outcome.status == 0, "\(name) packs")
    return outcome.output
  }

  private static let xz = Tool("xz", "-dc", "--single-stream")
  private static let lzop = Tool("lzop", "-dc")
  private static let lz4 = Tool("lz4", "-dc")

  static let all: [Packing] = [
    Packing("gzip", .gzip, Tool("gzip", "-9c"), Tool("gzip", "-dc")),
    Packing("gzip -1", .gzip, Tool("gzip", "-1c"), Tool("gzip", "-dc")),
    Packing("xz", .xz, Tool("xz", "-c"), xz),
    Packing(
      "xz as the kernel", .xz, Tool("xz", "-c", "--check=crc32", "--arm", "--lzma2=dict=32MiB"),
      xz),
    Packing("xz sha256", .xz, Tool("xz", "-c", "--check=sha256", "-0"), xz),
    Packing("xz unchecked", .xz, Tool("xz", "-c", "--check=none"), xz),
    Packing(
      "lzma", .lzma, Tool("xz", "--format=lzma", "-c"), Tool("xz", "--format=lzma", "-dc")),
    Packing("lzop -1", .lzo, Tool("lzop", "-1c"), lzop),
    Packing("lzop -9", .lzo, Tool("lzop", "-9c"), lzop),
    Packing("lzop --crc32", .lzo, Tool("lzop", "-3c", "--crc32"), lzop),
    Packing("lzop unchecked", .lzo, Tool("lzop", "-cF"), lzop),
    Packing("lz4 legacy", .lz4, Tool("lz4", "-lc"), lz4),
    Packing("lz4 legacy -9", .lz4, Tool("lz4", "-lc9"), lz4),
    Packing("lz4 frame", .lz4, Tool("lz4", "-c"), lz4),
    Packing("lz4 frame linked", .lz4, Tool("lz4", "-c9", "-BD", "-B4", "-BX"), lz4),
    Packing(
      "zstd as the kernel", .zstd, Tool("zstd", "--ultra", "-22", "--long=27", "-c"),
      Tool("zstd", "-dc", "--long=27")),
    Packing("zstd", .zstd, Tool("zstd", "-1c"), Tool("zstd", "-dc", "--long=27")),
    Packing("bzip2", .bzip2, Tool("bzip2", "-c"), Tool("bzip2", "-dc")),
  ]

  /// Those whose small files carry no checksum of the output.
  var isUnchecked: Bool { ["lzma", "lz4 legacy", "lz4 legacy -9"].contains(name) }

  /// One for each decoder.
  static let decoders = all.filter {
    [
      "gzip", "xz as the kernel", "lzma", "lzop -1", "lzop -9", "lzop unchecked", "lz4 legacy",
      "lz4 frame", "zstd", "bzip2",
    ].contains($0.name)
  }
}

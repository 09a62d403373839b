// SPDX-License-Identifier: Apache-2.0
import Digests
import Inflation
import KernelImages
import PhysicalMemory
@testable import Samples
import Testing

/// A kernel that cannot be inflated here is not called damaged, and is known by its size table.
@Suite struct UninflatedTests {
  /// Bytes as an xz stream with a filter that nobody knows.
  ///
  /// Source: The .xz File Format 1.1.0, 3.1 (block header) and 5.3 (filter IDs).
  static func unknownFilter(_ bytes: [UInt8]) throws -> [UInt8] {
    let scratch = try Scratch()
    try scratch.write("bytes", bytes)
    try scratch.run("xz -c --check=crc32 --arm --lzma2=dict=64KiB bytes > packed")
    var stream = try scratch.read("packed")
    let end = 12 + (Int(stream[12]) + 1) * 4 - 4
    let filter = try #require(stream[12..<end].firstIndex(of: 0x07))
    stream[filter] = 0x3e
    let sum = CRC32.checksum(stream.span.extracting(12..<end))
    for index in 0..<4 { stream[end + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
    return stream
  }

  static func zImage(tagWords: Int?) throws -> SyntheticZImage {
    var zImage = SyntheticZImage(tagWords: tagWords)
    let plain = zImage.image.bytes()
    zImage.payload =
      try unknownFilter(plain) + Builder.word(UInt32(plain.count), isBigEndian: false)
    return zImage
  }

  @Test("A kernel behind an unknown filter is known by its size table", arguments: [false, true])
  func unknownFilter(_ verify: Bool) throws {
    let zImage = try Self.zImage(tagWords: 6)
    let bytes = zImage.bytes()
    let image = try KernelImage.of(bytes, IdentificationOptions(verify: verify))
    let kernel = try #require(image.kernel)
    guard case .inflation(_, _, .unsupported) = image.whyNotInflated else {
      Issue.record("\(String(describing: image.whyNotInflated))")
      return
    }
    #expect(!kernel.isInflatable)
    #expect(image.chain == ["zImage", "xz"])
    #expect(image.diagnostics.contains { $0.code == .notInflated && $0.severity == .warning })
    #expect(kernel.inflatedBytes.value == ByteCount(zImage.image.byteCount))
    #expect(kernel.inflatedBytes.source == .sizeTable)
    #expect(kernel.bssBytes.value.rawValue == UInt64(zImage.image.bssBytes))
    #expect(kernel.zImage?.payloadOffset == ByteCount(zImage.payloadOffset))
    #expect(image.kernelBytes == .slice(offset: 0, count: UInt64(bytes.count)))
    let error = #expect(throws: KernelImageError.self) { try image.inflated(from: bytes) }
    #expect(error == image.whyNotInflated)
  }

  @Test("Without a table that tells all, the reason is the error", arguments: [nil, 3, 4])
  func noTable(_ tagWords: Int?) throws {
    let bytes = try Self.zImage(tagWords: tagWords).bytes()
    let error = #expect(throws: KernelImageError.self) { try KernelImage.of(bytes) }
    guard case .inflation(_, let offset, .unsupported) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(offset == 0x123)
    #expect(error?.isLimit == true && error?.hint.contains("damaged") == false)
  }

  @Test("A damaged payload is damage, with a table and without", arguments: [nil, 6])
  func damage(_ tagWords: Int?) throws {
    var zImage = SyntheticZImage(tagWords: tagWords)
    var payload = Builder.gzip(zImage.image.bytes())
    // The first block's type is one that there is not.
    payload[10] |= 6
    zImage.payload = payload
    let bytes = zImage.bytes()
    let error = #expect(throws: KernelImageError.self) { try KernelImage.of(bytes) }
    #expect(error?.isLimit == false)
  }

  @Test("More output than is allowed is told as that", arguments: [nil, 6])
  func outputLimit(_ tagWords: Int?) throws {
    let zImage = SyntheticZImage(tagWords: tagWords)
    let bytes = zImage.bytes()
    let limit = UInt64(zImage.image.byteCount) - 1
    let error = #expect(throws: KernelImageError.self) {
      try KernelImage.of(bytes, IdentificationOptions(inflationLimit: limit))
    }
    guard case .inflation(_, _, .exceedsLimit(_, limit)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.isLimit == true)
  }

  @Test("A dictionary as large as the format allows is no obstacle")
  func largestDictionary() throws {
    let scratch = try Scratch()
    var zImage = SyntheticZImage()
    let plain = zImage.image.bytes()
    try scratch.write("image", plain)
    try scratch.run("xz -c --check=crc32 --arm --lzma2=dict=64KiB image > packed")
    var stream = try scratch.read("packed")
    let end = 12 + (Int(stream[12]) + 1) * 4 - 4
    let filter = try #require(stream[12..<end].firstIndex(of: 0x21))
    stream[filter + 2] = 40
    let sum = CRC32.checksum(stream.span.extracting(12..<end))
    for index in 0..<4 { stream[end + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
    zImage.payload = stream + Builder.word(UInt32(plain.count), isBigEndian: false)
    for tagWords in [6, nil] {
      zImage.tagWords = tagWords
      let bytes = zImage.bytes()
      let image = try KernelImage.of(bytes, IdentificationOptions(verify: true))
      #expect(try image.inflated(from: bytes) == plain)
    }
  }

  @Test("An initrd that cannot be looked into is not called damaged")
  func initrd() throws {
    let packed = try Self.unknownFilter([UInt8](repeating: 0x30, count: 4000))
    let initrd = try Initrd.of(packed)
    #expect(initrd.diagnostics == [])
    #expect(initrd.faults.map(\.what) == ["xz data with another filter"])
  }
}

// SPDX-License-Identifier: Apache-2.0
import Bundles
import Digests
import PhysicalMemory
import Samples
import Testing

/// A bundle that is made up: the format without a Ferry that runs.
struct SampleBundle {
  var draft: BundleDraft

  static let ferry = SampleFerry.image

  init() throws {
    func segment(_ name: String, _ first: UInt64, _ pages: UInt64, _ bytes: Int, _ seed: UInt8)
      throws -> BundleDraft.Segment
    {
      BundleDraft.Segment(
        name: try #require(BundleName(name)), range: try Self.range(first, pages * 4096),
        bytes: (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 7) &+ seed })
    }
    draft = BundleDraft(
      entry: 0x4020_8000, r1: 0xffff_ffff, r2: 0x4100_0000,
      ram: RangeSet(try Self.range(0x4000_0000, 0x0800_0000)),
      reserved: RangeSet(try Self.range(0x4700_0000, 0x1000)),
      segments: [
        try segment("initrd", 0x4200_0000, 4, 13_000, 3),
        try segment("kernel", 0x4020_8000, 3, 9_001, 1),
        try segment("dtb", 0x4100_0000, 2, 4_096, 2),
      ],
      inner: BundleDraft.Inner(inflatedBytes: 9_001, bssBytes: 0x2000, textOffset: 0x20_8000),
      footprint: RangeSet(try Self.range(0x4020_4000, 0x9000)))
    draft.uart = .pl011(0x0900_0000)
  }

  func write() throws -> WrittenBundle { try draft.write(behind: Self.ferry.span) }

  static func range(_ first: UInt64, _ count: UInt64) throws -> PhysicalRange {
    try #require(PhysicalRange(start: PhysicalAddress(first), count: ByteCount(count)))
  }

  static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  static func set(_ word: UInt32, at offset: Int, in bytes: inout [UInt8]) {
    for index in 0..<4 { bytes[offset + index] = UInt8(word >> UInt32(8 * index) & 0xff) }
  }

  /// Changes a word of the manifest and makes the digest right again.
  static func setInManifest(_ word: UInt32, _ index: Int, in bytes: inout [UInt8]) {
    let start = Self.word(bytes, 0x40 + 24 + 12)
    let count = Self.word(bytes, 0x40 + 24 + 16)
    set(word, at: Int(start) + 4 * index, in: &bytes)
    let body = Array(bytes[Int(start) + 44..<Int(start + count)])
    for (place, byte) in SHA256.hash(body.span).enumerated() {
      bytes[Int(start) + 12 + place] = byte
    }
  }

  /// What a bundle would do: its entry, registers, and each segment's place and digest.
  static func plan(in bytes: [UInt8]) -> [UInt64]? {
    guard let bundle = try? Bundle(bytes.span) else { return nil }
    let manifest = bundle.manifest
    var all = [manifest.entry, manifest.r1, manifest.r2].map { UInt64($0) }
    for index in 0..<manifest.segmentCount {
      guard let segment = manifest.segment(index) else { return nil }
      all += [segment.range.first.rawValue, segment.range.last.rawValue]
      all += [UInt64(segment.fileOffset), UInt64(segment.fileBytes)]
      for place in 0..<32 { all.append(UInt64(segment.digest[place])) }
    }
    return all
  }

  /// What reading says; nil when it is fine.
  static func error(_ bytes: [UInt8]) -> BundleError? {
    do throws(BundleError) {
      let bundle = try Bundle(bytes.span)
      try bundle.checkFerry()
      try bundle.checkSegments()
      return nil
    } catch {
      return error
    }
  }
}

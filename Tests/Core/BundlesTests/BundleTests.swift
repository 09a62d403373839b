// SPDX-License-Identifier: Apache-2.0
import Bundles
import Digests
import Handover
import PhysicalMemory
import SeededRandom
import Testing

struct BundleTests {
  @Test("What was written is read back, field by field")
  func roundTrip() throws {
    var sample = try SampleBundle()
    sample.draft.flags = [.treeFromLoader, .dropsHYP]
    sample.draft.strategy = .inText
    sample.draft.firstInTextStore = 2
    let written = try sample.write()
    let bundle = try Bundle(written.bytes.span)
    #expect(bundle.tag.bundleBytes == UInt32(written.bytes.count))
    #expect(bundle.tag.innerInflatedBytes == 9_001)
    #expect(bundle.tag.innerBSSBytes == 0x2000)
    #expect(bundle.tag.innerTextOffset == 0x20_8000)
    #expect(UInt64(bundle.tag.wrapperBytes) == written.size.byteCount.rawValue)
    let (flags, strategy, store) =
      (bundle.manifest.flags, bundle.manifest.strategy, bundle.manifest.firstInTextStore)
    #expect(flags == [.treeFromLoader, .dropsHYP])
    #expect(strategy == .inText)
    #expect(store == 2)
    let (entry, r1, r2) = (bundle.manifest.entry, bundle.manifest.r1, bundle.manifest.r2)
    #expect(entry == 0x4020_8000)
    #expect(r1 == 0xffff_ffff)
    #expect(r2 == 0x4100_0000)
    let (tree, uart) = (bundle.manifest.treeIndex, bundle.manifest.uart)
    #expect(tree == 1)
    #expect(uart == .pl011(0x0900_0000))
    let ram = (bundle.manifest.ramCount, bundle.manifest.ram(0), bundle.manifest.ram(1))
    #expect(ram.0 == 1)
    #expect(ram.1 == sample.draft.ram.ranges.first)
    #expect(ram.2 == nil)
    let reserved = (bundle.manifest.reservedCount, bundle.manifest.reserved(0))
    #expect(reserved.0 == 1)
    #expect(reserved.1 == sample.draft.reserved.ranges.first)
    let sorted = sample.draft.segments.sorted { $0.range.first < $1.range.first }
    let count = bundle.manifest.segmentCount
    #expect(count == sorted.count)
    for (index, expected) in sorted.enumerated() {
      let read = bundle.manifest.segment(index)
      let segment = try #require(read)
      #expect(segment.name.description == expected.name.description)
      #expect(segment.range == expected.range)
      #expect(segment.fileOffset % 4096 == 0)
      let bytes = ByteReader(bundle.bytes).copy(
        Int(segment.fileOffset), Int(segment.fileBytes))
      #expect(bytes == expected.bytes)
      let intact = bundle.isIntact(segment)
      #expect(intact)
    }
    #expect(SampleBundle.error(written.bytes) == nil)
    // What stands behind is not the bundle's, and nothing of Ferry but header and table changes.
    #expect(SampleBundle.error(written.bytes + [1, 2, 3]) == nil)
    #expect(Array(written.bytes[0xc0..<5000]) == Array(SampleBundle.ferry[0xc0...]))
    #expect(written.bytes.suffix(4096).allSatisfy { $0 == 0 })
  }

  @Test("The bytes of version 1 stay what they are")
  func golden() throws {
    let written = try SampleBundle().write()
    func words(_ offset: Int, _ count: Int) -> [UInt32] {
      (0..<count).map { SampleBundle.word(written.bytes, offset + 4 * $0) }
    }
    #expect(written.bytes.count == 49_152)
    #expect(words(0x24, 6) == [0x016f_2818, 0, 49_152, 0x0403_0201, 0x4545_4545, 0x40])
    #expect(
      words(0x40, 19) == [
        6, 0x5a53_4c4b, 0xbc, 0x1d000, 0x8000, 0x10000,
        12, 0x4642_584b, 1, 0x2000, 320, 9_001, 0x2000, 0x20_8000, 0, 0x3000, 49_152, 0,
        10,
      ])
    #expect(words(0x8c, 1) == [0x4446_584b] && words(0xb0, 3) == [0, 0, 0])
    #expect(words(0xbc, 1) == [0x1fe_7000])
    #expect(words(0x2000, 3) == [0x4d42_584b, 1, 320])
    #expect(
      words(0x2000 + 44, 21) == [
        0, 0, 0, 4096, 0x4020_8000, 0xffff_ffff, 0x4100_0000, 1,
        0x0900_0000, 0, 0x18, 0x20, 0, 4, 1, 1, 3,
        0x4000_0000, 0x47ff_ffff, 0x4700_0000, 0x4700_0fff,
      ])
    // kernel, padded with zeros to 16 bytes.
    #expect(
      words(0x2000 + 128, 8) == [
        0x6e72_656b, 0x6c65, 0, 0, 0x4020_8000, 0x3000, 0x3000, 9_001,
      ])
    // Without the digest of Ferry's image they are those of a bundle before it was added.
    var older = written.bytes
    for place in 0x88..<0xb0 { older[place] = 0 }
    #expect(
      hexadecimalText(of: SHA256.hash(older.span))
        == "3277b0575b2745f3cd54d9ec5aec6d6d18139aa0505ce625d28584c083669b20")
    #expect(SampleBundle.error(older) == nil)
  }

  @Test("Every flipped bit of the manifest is refused")
  func flippedManifest() throws {
    let bytes = try SampleBundle().write().bytes
    let start = 0x2000
    for offset in start..<(start + 320) {
      for bit in 0..<8 {
        var changed = bytes
        changed[offset] ^= 1 << UInt8(bit)
        #expect(SampleBundle.error(changed) != nil, "bit \(bit) at \(offset)")
      }
    }
  }

  @Test("Every flipped bit before the manifest is refused: code, header, tags, digest, padding")
  func damagedFerry() throws {
    let written = try SampleBundle().write()
    let end = Int(SampleBundle.word(written.bytes, 0x40 + 24 + 12))
    for place in 0..<end {
      // Every bit of header and tags, one of each byte of the code.
      for bit in place < 0xc0 ? Array(0..<8) : [place % 8] {
        var bytes = written.bytes
        bytes[place] ^= 1 << UInt8(bit)
        #expect(SampleBundle.error(bytes) != nil, "\(place), bit \(bit)")
      }
    }
  }

  @Test("One flipped byte of a segment is found, and the segment named")
  func flippedSegments() throws {
    let bytes = try SampleBundle().write().bytes
    var random = SplitMix64(seed: 4)
    for index in 0..<3 {
      let bundle = try Bundle(bytes.span)
      let read = bundle.manifest.segment(index)
      let segment = try #require(read)
      for _ in 0..<20 {
        var changed = bytes
        let place = Int(segment.fileOffset) + Int(random.below(UInt64(segment.fileBytes)))
        changed[place] ^= UInt8(random.between(1, 255))
        #expect(SampleBundle.error(changed) == .segmentDigest(index: UInt32(index)))
      }
    }
  }

  @Test("A bundle that is cut anywhere is refused")
  func cut() throws {
    let bytes = try SampleBundle().write().bytes
    for count in Array(0..<0xd0) + Array(stride(from: 0xd0, to: bytes.count, by: 97))
      + [bytes.count - 1]
    {
      #expect(SampleBundle.error(Array(bytes[..<count])) != nil, "\(count) bytes")
    }
  }

  @Test("Random damage anywhere is refused or harmless, and never a trap")
  func damage() throws {
    let bytes = try SampleBundle().write().bytes
    let intact = try #require(SampleBundle.plan(in: bytes))
    var refused = 0
    var random = SplitMix64(seed: 2016)
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0..<random.between(1, 4) {
        let offset = Int(random.oneIn(2) ? random.below(0x140) : 0x2000 + random.below(340))
        SampleBundle.set(
          random.oneIn(3) ? 0xffff_ffff : UInt32(truncatingIfNeeded: random.next()),
          at: offset, in: &changed)
      }
      if SampleBundle.error(changed) != nil {
        refused += 1
      } else {
        // Harmless is what leaves the plan as it was: it has a digest.
        #expect(SampleBundle.plan(in: changed) == intact)
      }
      _ = BundleTag.isPresent(in: changed.span)
    }
    #expect(refused > 2000 && refused < 3000)
  }
}

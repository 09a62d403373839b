// SPDX-License-Identifier: Apache-2.0
import Bundles
import PhysicalMemory
import SeededRandom
import Testing

struct WrapperSizeTests {
  @Test("Whatever the load address, L + S covers destinations, bundle and pool")
  func covers() throws {
    var random = SplitMix64(seed: 77)
    for _ in 0..<5000 {
      let ram = random.below(1 << 31) & ~0xfffff
      let bytes = random.between(1, 1 << 30)
      let top = ram + random.below(bytes)
      let bundle = random.magnitude(4096, 1 << 28) & ~0xfff
      let pages = random.magnitude(1, 1 << 16)
      let size = try #require(
        WrapperSize(
          bundle: bundle, segmentPages: pages, segments: 3, top: PhysicalAddress(top),
          ram: PhysicalAddress(ram)))
      let load = ram + random.below(bytes)
      let end = load + size.byteCount.rawValue
      #expect(end > top)
      #expect(end >= load + bundle + pages * 4096)
      // What kexec-tools makes of the table is S itself.
      let (word, bss) = (UInt64(size.sizeWord), UInt64(size.bssBytes))
      let claimed = max(word + bss, word + bundle + 0x1_1000)
      #expect(claimed == size.byteCount.rawValue)
      #expect(word >= 0x8000)
    }
  }

  @Test("The pool has room for every page, the entries of its list, and the code buffer")
  func pool() {
    for (pages, list) in [(1, 1), (1019, 1), (1020, 2), (20_000, 20)] as [(UInt64, UInt64)] {
      let bytes = WrapperSize.poolBytes(segmentPages: pages, segments: 3)
      #expect(bytes >= (pages + list + 1) * 4096)
      #expect(bytes <= (pages + list + 64) * 4096)
    }
  }

  @Test("A size beyond 32 bits is none")
  func tooLarge() {
    #expect(
      WrapperSize(
        bundle: 0xf000_0000, segmentPages: 0xf_0000, segments: 1, top: PhysicalAddress(0),
        ram: PhysicalAddress(0)) == nil)
  }

  @Test("Two segments in the same memory are not written")
  func overlap() throws {
    var sample = try SampleBundle()
    sample.draft.segments[0].range = sample.draft.segments[1].range
    #expect(throws: BundleError.self) { _ = try sample.write() }
  }

  @Test("An image without room for the table is refused")
  func ferryWithoutTable() throws {
    let sample = try SampleBundle()
    var ferry = SampleBundle.ferry
    ferry[0x50] = 1
    #expect(throws: BundleError.self) { _ = try sample.draft.write(behind: ferry.span) }
    #expect(throws: BundleError.self) {
      _ = try sample.draft.write(behind: Array(ferry[..<0x80]).span)
    }
  }
}

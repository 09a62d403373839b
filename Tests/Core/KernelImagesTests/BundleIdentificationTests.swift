// SPDX-License-Identifier: Apache-2.0
import Bundles
import PhysicalMemory
import Samples
import SeededRandom
import Testing

@testable import KernelImages

struct BundleIdentificationTests {
  @Test("A bundle is told apart from a zImage, and shows what its manifest says")
  func identified() throws {
    let bytes = try SampleFerry.bundle()
    let image = try KernelImage.identify(bytes.span)
    let bundle = try #require(image.kernel?.bundle)
    #expect(image.chain == ["bundle"])
    #expect(bundle.segments.map(\.name) == ["kernel", "dtb"])
    #expect(bundle.entry == PhysicalAddress(0x4000_8000))
    #expect(image.kernel?.zImage?.byteCount == ByteCount(bytes.count))
    #expect(image.diagnostics.isEmpty)
    let longer = try KernelImage.identify((bytes + [1, 2, 3]).span)
    #expect(longer.diagnostics.map(\.code) == [.trailingBytes])
  }

  @Test("A retagged file whose inside is no zImage is refused, and nothing is peeled twice")
  func retagged() throws {
    let inside = [UInt8](repeating: 0x11, count: 5000)
    let once = try RetaggedZImage.write(inside.span, reach: 100_000)
    #expect(throws: KernelImageError.self) { _ = try KernelImage.identify(once.span) }
    let twice = try RetaggedZImage.write(once.span, reach: 100_000)
    #expect(throws: KernelImageError.self) { _ = try KernelImage.identify(twice.span) }
  }

  @Test("A damaged bundle is an error or the same bundle, never a trap")
  func damaged() throws {
    let bytes = try SampleFerry.bundle()
    let whole = try KernelImage.identify(bytes.span).kernel?.bundle
    var random = SplitMix64(seed: 31)
    var refused = 0
    for _ in 0..<600 {
      var changed = bytes
      for _ in 0..<random.between(1, 3) {
        let offset = Int(random.oneIn(3) ? random.below(0xc0) : random.below(UInt64(bytes.count)))
        changed[offset] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.oneIn(5) { changed.removeLast(Int(random.below(UInt64(bytes.count)))) }
      do throws(KernelImageError) {
        let image = try KernelImage.identify(changed.span)
        // Changes of Ferry's own code, of padding and of the wrapper's figures are not seen here.
        if let bundle = image.kernel?.bundle { #expect(bundle.segments == whole?.segments) }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 200)
  }
}

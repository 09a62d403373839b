// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory
import Testing

@testable import Samples

/// Which of several words that have the form of `__bss_start, __bss_stop` are the kernel's own.
@Suite("Choosing the kernel's own pair")
struct PairChoiceTests {
  /// Debian's 6.12.95 armmp in small: the true pair, and two others with other T.
  private func image(
    _ synthetic: SyntheticImage = SyntheticImage(textOffset: 0x20_8000)
  ) -> SyntheticImage {
    var image = synthetic
    image.otherPairs = [(0x10_8000, 0xc4), (0xe_8000, 8)]
    return image
  }

  @Test("Other words of the same form are told from it by the end address in the kernel's head")
  func head() throws {
    for isBig in [false, true] {
      var synthetic = image()
      synthetic.isBigEndian = isBig
      let found = try KernelImage.of(synthetic.bytes())
      #expect(found.kernel?.bssBytes.value.rawValue == 0x3210)
      #expect(found.kernel?.textOffset.value.rawValue == 0x20_8000)
      #expect(found.kernel?.textOffset.source == .inflatedImage)
      #expect(found.kernel?.isBigEndian?.value == isBig)
      #expect(found.diagnostics.isEmpty)
    }
  }

  @Test(
    "Or by the end of the first stack behind it, at once or as old kernels have it",
    arguments: [2, 6])
  func stack(_ distance: Int) throws {
    var synthetic = image()
    synthetic.hasEndAddress = false
    synthetic.stackDistance = distance
    let found = try KernelImage.of(synthetic.bytes())
    #expect(found.kernel?.bssBytes.value.rawValue == 0x3210)
    #expect(found.kernel?.textOffset.source == .inflatedImage)
    #expect(found.diagnostics.isEmpty)
    // Not known beforehand how long it is: compressed without the length.
    let packed = try KernelImage.of(
      SyntheticZImage(tagWords: nil, image: synthetic).bytes())
    #expect(packed.kernel?.bssBytes.value.rawValue == 0x3210)
    synthetic.stackDistance = 7
    let far = try KernelImage.of(synthetic.bytes())
    #expect(far.kernel?.bssBytes.source == .estimate)
  }

  @Test("Nothing that speaks for one of them makes T of a plain Image a guess, and that is said")
  func nothing() throws {
    for others in [true, false] {
      var synthetic = others ? image() : SyntheticImage(textOffset: 0x20_8000)
      synthetic.hasEndAddress = false
      let found = try KernelImage.of(synthetic.bytes())
      #expect(found.kernel?.textOffset.source == .estimate)
      #expect(found.kernel?.bssBytes.source == .estimate)
      let codes = found.diagnostics.map(\.code)
      #expect(codes.contains(.textOffsetAssumed) && codes.contains(.bssEstimated))
      #expect(codes.contains(.pairsDisagree) == others)
      var options = IdentificationOptions()
      options.textOffset = ByteCount(UInt64(0x20_8000))
      let told = try KernelImage.of(synthetic.bytes(), options)
      #expect(told.kernel?.textOffset.source == .option)
    }
  }

  @Test("Of a zImage the decompressor's T is known even then")
  func code() throws {
    var synthetic = image()
    synthetic.hasEndAddress = false
    let found = try KernelImage.of(SyntheticZImage(tagWords: nil, image: synthetic).bytes())
    #expect(found.kernel?.textOffset.value.rawValue == 0x20_8000)
    #expect(found.kernel?.textOffset.source == .decompressor)
    #expect(found.kernel?.bssBytes.source == .estimate)
  }

  @Test("A decompressor that adds another T than the kernel was linked for leaves T a guess")
  func contradiction() throws {
    var zImage = SyntheticZImage(tagWords: nil, image: SyntheticImage(textOffset: 0x20_8000))
    zImage.codeTextOffset = 0x8000
    let found = try KernelImage.of(zImage.bytes())
    #expect(found.kernel?.textOffset.source == .estimate)
    #expect(found.kernel?.bssBytes.source == .inflatedImage)
  }
}

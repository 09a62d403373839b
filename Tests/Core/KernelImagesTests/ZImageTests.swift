// SPDX-License-Identifier: Apache-2.0
import Inflation
import KernelImages
import PhysicalMemory
@testable import Samples
import Testing

@Suite struct ZImageTests {
  @Test(
    "A zImage of any byte order, with a table of any length or none, gives the same figures",
    arguments: SyntheticZImage.Order.allCases, [nil, 2, 3, 4, 5, 6, 7])
  func variants(_ order: SyntheticZImage.Order, _ tagWords: Int?) throws {
    for isEFI in [false, true] {
      var zImage = SyntheticZImage(order: order, isEFI: isEFI)
      zImage.tagWords = tagWords.map { min($0, 6) }
      zImage.image.textOffset = 0x20_8000
      if order != .be32, isEFI == false { zImage.isThumb = true }
      let bytes = zImage.bytes()
      let image = try KernelImage.of(bytes)
      #expect(image.chain == ["zImage", "gzip", "Image"])
      let kernel = try #require(image.kernel)
      #expect(kernel.inflatedBytes.value == ByteCount(zImage.image.byteCount))
      #expect(kernel.bssBytes.value.rawValue == UInt64(zImage.image.bssBytes))
      #expect(kernel.textOffset.value.rawValue == 0x20_8000)
      #expect(kernel.pageOffset.value == 0xc000_0000)
      #expect(kernel.isBigEndian?.value == (order != .little))
      let words = tagWords ?? 0
      #expect(kernel.bssBytes.source == (words >= 4 ? .sizeTable : .inflatedImage))
      #expect(kernel.textOffset.source == (words >= 5 ? .sizeTable : .inflatedImage))
      let description = try #require(kernel.zImage)
      #expect(description.heapBytes.value.rawValue == (words >= 6 ? 0x20000 : 0x10000))
      #expect(description.payloadOffset == ByteCount(zImage.payloadOffset))
      #expect(description.byteCount == ByteCount(bytes.count))
      #expect(image.kernelBytes == .slice(offset: 0, count: UInt64(bytes.count)))
      var plain = zImage.image
      plain.isBigEndian = order != .little
      #expect(try image.inflated(from: bytes) == plain.bytes())
    }
  }

  @Test("The words of a figure's source say where it was read and what confirmed it")
  func details() throws {
    let tagged = SyntheticZImage().bytes()
    func detail(_ bytes: [UInt8], verify: Bool = false) throws -> String? {
      try KernelImage.of(bytes, IdentificationOptions(verify: verify))
        .kernel?.inflatedBytes.detail
    }
    #expect(try detail(tagged) == "size table at 0x80, confirmed by the kernel's head")
    #expect(try detail(tagged, verify: true) == "size table at 0x80, confirmed by inflating")
    #expect(
      try detail(SyntheticZImage(tagWords: nil).bytes())
        == "inflating the payload at 0x123, confirmed by the word behind it")
  }

  @Test("Tags that are not known are skipped")
  func otherTags() throws {
    let bytes = SyntheticZImage(otherTags: [[2, 1], [5, 7, 0, 0, 0]]).bytes()
    let kernel = try #require(try KernelImage.of(bytes).kernel)
    #expect(kernel.zImage?.sizeTableOffset?.rawValue == 0x80 + 28)
    #expect(kernel.bssBytes.source == .sizeTable)
  }

  @Test(
    "A table that points out of the file or runs on for ever is not used",
    arguments: [
      SyntheticZImage(sizePointer: 0x7fff_fff0), SyntheticZImage(sizePointer: 0xffff_fffe),
      SyntheticZImage(otherTags: [[1, 1]]), SyntheticZImage(otherTags: [[0xffff_ffff, 1]]),
      SyntheticZImage(otherTags: [[0x4000_0000, 1]]), SyntheticZImage(sizePointer: 0x40),
    ])
  func badTables(_ zImage: SyntheticZImage) throws {
    let bytes = zImage.bytes()
    let image = try KernelImage.of(bytes)
    #expect(image.kernel?.inflatedBytes.value == ByteCount(zImage.image.byteCount))
    #expect(image.kernel?.inflatedBytes.source == .payload)
    #expect(
      image.diagnostics.contains {
        $0.code == .sizeTableDamaged || $0.code == .tableContradicted
      })
  }

  @Test("A truncated zImage is refused with both sizes")
  func truncated() throws {
    let bytes = SyntheticZImage().bytes()
    #expect(
      throws: KernelImageError.truncated(
        what: "the zImage", needed: UInt64(bytes.count), present: UInt64(bytes.count - 1))
    ) {
      try KernelImage.of(Array(bytes.dropLast()))
    }
  }

  @Test("Device trees behind a zImage are listed and not part of the kernel")
  func appendedTrees() throws {
    var tree = Builder(isBigEndian: true)
    for word in [0xd00d_feed, 64, 56, 60, 40, 17, 16, 0, 4, 4] as [UInt32] { tree.word(word) }
    for _ in 0..<6 { tree.word(0) }
    let zImage = SyntheticZImage(trailing: tree.bytes + tree.bytes)
    let bytes = zImage.bytes()
    let image = try KernelImage.of(bytes)
    let end = bytes.count - 128
    #expect(
      image.kernel?.zImage?.appendedDTBs == [
        .init(offset: ByteCount(end), byteCount: ByteCount(64)),
        .init(offset: ByteCount(end + 64), byteCount: ByteCount(64)),
      ])
    #expect(image.kernelBytes == .slice(offset: 0, count: UInt64(end)))
    #expect(image.deviceTrees.map(\.bytes.count) == [64, 64])
    #expect(image.diagnostics.contains { $0.code == .appendedDeviceTree })
  }

  @Test("Bytes behind a zImage that belong to nothing are noted")
  func junk() throws {
    let bytes = SyntheticZImage(trailing: [0, 0, 1, 2]).bytes()
    let image = try KernelImage.of(bytes)
    #expect(image.diagnostics.map(\.code).contains(.trailingBytes))
  }

  @Test("A heap that nothing confirms is never less than that of every known kernel")
  func heapBound() throws {
    for stated: UInt32 in [0, 1, 0xffff, 0x1_0000, 0x2_0000] {
      let image = try KernelImage.of(SyntheticZImage(heap: stated).bytes())
      let heap = try #require(image.kernel?.zImage?.heapBytes)
      #expect(heap.value.rawValue == UInt64(max(stated, 0x1_0000)))
      #expect(heap.source == (stated == 0x1_0000 ? .sizeTable : .estimate))
    }
  }

  @Test("Xen, whose header counts memory behind the file, is named")
  func xen() throws {
    var bytes = SyntheticZImage(tagWords: nil).bytes()
    bytes.replaceSubrange(0x2c..<0x30, with: [0, 0, 0x20, 0])
    #expect(throws: KernelImageError.self) { try KernelImage.of(bytes) }
    let text = Array("Xen version %d.%d%s (%s %s) (%s@%s) (%s) %s %s".utf8)
    do throws(KernelImageError) {
      _ = try KernelImage.of(bytes + text)
      Issue.record("Xen was taken for a kernel")
    } catch {
      #expect(error.description.contains("Xen"))
      #expect(!error.description.contains("truncated"))
    }
  }

  @Test("Pairs that disagree are not believed")
  func disagreement() throws {
    var zImage = SyntheticZImage(tagWords: nil)
    zImage.image.otherBSS = 0x50_0000
    zImage.image.hasEndAddress = false
    let image = try KernelImage.of(zImage.bytes())
    #expect(image.kernel?.bssBytes.source == .estimate)
    #expect(image.kernel?.bssBytes.value.rawValue == 0x50_0000)
    let codes = image.diagnostics.map(\.code)
    #expect(codes.contains(.pairsDisagree) && codes.contains(.bssEstimated))
  }

  @Test("Without a pair the options are used, and without options an estimate is a warning")
  func options() throws {
    var zImage = SyntheticZImage(hasCode: false, tagWords: nil)
    zImage.image.hasPair = false
    zImage.image.hasEndAddress = false
    let bytes = zImage.bytes()
    let guessed = try KernelImage.of(bytes)
    #expect(guessed.kernel?.bssBytes.value == .mebibytes(2))
    #expect(guessed.kernel?.textOffset.value.rawValue == 0x8000)
    #expect(
      Set(guessed.diagnostics.map(\.code)).isSuperset(of: [.bssEstimated, .textOffsetAssumed]))
    var options = IdentificationOptions()
    options.bssBytes = ByteCount(UInt64(0x4000))
    options.textOffset = ByteCount(UInt64(0x10_8000))
    options.pageOffset = 0x8000_0000
    let told = try KernelImage.of(bytes, options)
    #expect(
      told.kernel?.bssBytes == Figure(ByteCount(UInt64(0x4000)), .option, "the option for the BSS"))
    #expect(told.kernel?.textOffset.value.rawValue == 0x10_8000)
    #expect(told.kernel?.pageOffset.value == 0x8000_0000)
    options = IdentificationOptions()
    options.imageSize = ByteCount(UInt64(0x2_0000))
    let sized = try KernelImage.of(bytes, options)
    #expect(sized.kernel?.bssBytes.value.rawValue == 0x2_0000 - 0x1_2344)
  }

  @Test("An option that contradicts the image is not used, and that is said")
  func contradicted() throws {
    var options = IdentificationOptions()
    options.bssBytes = ByteCount(UInt64(1))
    let image = try KernelImage.of(SyntheticZImage().bytes(), options)
    #expect(image.kernel?.bssBytes.value.rawValue == 0x3210)
    #expect(image.diagnostics.map(\.code).contains(.optionContradicted))
  }

  @Test("A damaged payload is an error, not a kernel")
  func damagedPayload() throws {
    var bytes = SyntheticZImage(tagWords: nil).bytes()
    bytes[0x4000] ^= 1
    #expect(throws: KernelImageError.self) { try KernelImage.of(bytes) }
  }
}

// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory
@testable import Samples
import Testing

@Suite struct AndroidTests {
  static let tree: [UInt8] = {
    var tree = Builder(isBigEndian: true)
    for word in [0xd00d_feed, 56, 40, 56, 40, 17, 16, 0, 0, 16] as [UInt32] { tree.word(word) }
    for word in [1, 0, 2, 9] as [UInt32] { tree.word(word) }
    return tree.bytes
  }()

  @Test("A header version that is not published is named", arguments: [5, 6] as [UInt32])
  func unpublished(_ version: UInt32) {
    var bytes = [UInt8](repeating: 0, count: 8192)
    bytes.replaceSubrange(0..<8, with: Array("ANDROID!".utf8))
    for (offset, word) in [(8, 4096), (20, 1588), (40, version)] as [(Int, UInt32)] {
      bytes.replaceSubrange(offset..<(offset + 4), with: Builder.word(word, isBigEndian: false))
    }
    do throws(KernelImageError) {
      _ = try KernelImage.of(bytes)
      Issue.record("it was read")
    } catch {
      #expect(error.description.contains("header version \(version)"))
    }
  }

  @Test("A boot image of every version gives kernel, ramdisk and command line", arguments: 0...4)
  func versions(_ version: Int) throws {
    let android = SyntheticAndroid(version: UInt32(version), tree: Self.tree)
    let bytes = android.bytes()
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["android", "zImage", "gzip", "Image"])
    #expect(image.commandLine == "console=ttyAMA0")
    #expect(try image.initrds.map { try $0.bytes.bytes(of: bytes) } == [android.ramdisk])
    #expect(try image.kernelBytes?.bytes(of: bytes) == android.kernel)
    #expect(
      try image.deviceTrees.map { try $0.bytes.bytes(of: bytes) }
        == (version == 2 ? [Self.tree] : []))
  }

  @Test("The page size must be a power of two within bounds", arguments: [0, 1, 3000, 1 << 31])
  func pageSize(_ page: UInt32) {
    var bytes = SyntheticAndroid().bytes()
    bytes.replaceSubrange(36..<40, with: Builder.word(page, isBigEndian: false))
    #expect(
      throws: KernelImageError.invalid(
        what: "Android boot image", field: "the page size", offset: 36, value: UInt64(page))
    ) { try KernelImage.of(bytes) }
  }

  @Test("A size that reaches beyond the file is refused with both numbers")
  func tooShort() {
    let bytes = Array(SyntheticAndroid().bytes().prefix(4096))
    #expect(
      throws: KernelImageError.truncated(
        what: "the kernel of the Android boot image",
        needed: 2048 + UInt64(SyntheticZImage().bytes().count), present: 4096)
    ) { try KernelImage.of(bytes) }
  }

  @Test("An appended device tree in the kernel part is cut off the kernel")
  func appended() throws {
    let android = SyntheticAndroid(kernel: SyntheticZImage(trailing: Self.tree).bytes())
    let bytes = android.bytes()
    let image = try KernelImage.of(bytes)
    #expect(try image.kernelBytes?.bytes(of: bytes) == SyntheticZImage().bytes())
    #expect(image.kernel?.zImage?.appendedDTBs.count == 1)
  }

  @Test("A compressed kernel with a device tree behind it is taken apart")
  func compressedWithTree() throws {
    let packed = Builder.gzip(SyntheticImage().bytes())
    let bytes = SyntheticAndroid(kernel: packed + Self.tree).bytes()
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["android", "gzip", "Image"])
    #expect(try image.deviceTrees.map { try $0.bytes.bytes(of: bytes) } == [Self.tree])
    #expect(try image.inflated(from: bytes) == SyntheticImage().bytes())
  }

  @Test("A vendor boot image gives its ramdisk, device tree and command line")
  func vendorBoot() throws {
    var builder = Builder()
    builder.text("VNDRBOOT", length: 8)
    for value in [3, 4096, 0x8000, 0x100_0000, 16] as [UInt32] { builder.word(value) }
    builder.text("quiet", length: 2048)
    builder.word(0)
    builder.text("board", length: 16)
    for value in [2112, UInt32(Self.tree.count), 0, 0] { builder.word(value) }
    builder.pad(to: 4096)
    builder.text("070701 a ramdisk", length: 16)
    builder.pad(to: 4096)
    builder.bytes += Self.tree
    let image = try KernelImage.of(builder.bytes)
    #expect(image.chain == ["vendor_boot"])
    #expect(image.kernel == nil)
    #expect(image.commandLine == "quiet")
    #expect(
      try image.initrds.map { try $0.bytes.bytes(of: builder.bytes) }
        == [Array("070701 a ramdisk".utf8)])
    #expect(try image.deviceTrees.map { try $0.bytes.bytes(of: builder.bytes) } == [Self.tree])
  }
}

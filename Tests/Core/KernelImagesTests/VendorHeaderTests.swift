// SPDX-License-Identifier: Apache-2.0
import KernelImages
@testable import Samples
import Testing

/// Case 07: what vendors put before kernels and ramdisks.
struct VendorHeaderTests {
  static let zImage = SyntheticZImage().bytes()
  static let ramdisk = Array("070701 a ramdisk".utf8)

  @Test("MediaTek's header is a layer around the kernel, and is taken off the ramdisk")
  func mediaTek() throws {
    let android = SyntheticAndroid(
      kernel: SampleVendorHeader.mediaTek(Self.zImage, "KERNEL"),
      ramdisk: SampleVendorHeader.mediaTek(Self.ramdisk, "ROOTFS"))
    let bytes = android.bytes()
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["android", "mtk", "zImage", "gzip", "Image"])
    #expect(image.layers[1].facts.contains(ImageFact("name", "KERNEL")))
    #expect(try image.kernelBytes?.bytes(of: bytes) == Self.zImage)
    #expect(try image.initrds.map { try $0.bytes.bytes(of: bytes) } == [Self.ramdisk])
    #expect(image.diagnostics.contains { $0.code == .vendorMark && $0.message.contains("ROOTFS") })
    let alone = SampleVendorHeader.mediaTek(Self.zImage, "KERNEL")
    #expect(try KernelImage.of(alone).chain == ["mtk", "zImage", "gzip", "Image"])
  }

  @Test("A ramdisk in a file of its own has its maker's header taken off, too")
  func ramdiskAlone() throws {
    let scratch = try Scratch()
    try scratch.run("echo hello > file; echo file | cpio -o -H newc > archive")
    let archive = try scratch.read("archive")
    for file in [
      SampleVendorHeader.mediaTek(archive, "ROOTFS") + [1, 2, 3],
      SampleVendorHeader.spreadtrum(archive),
    ] {
      let initrd = try Initrd.identify(file.span)
      #expect(initrd.payload == .slice(offset: 512, count: UInt64(archive.count)))
      #expect(initrd.segments.map { $0.isArchive } == [true])
      #expect(initrd.diagnostics.first?.code == .vendorMark)
    }
    let short = SampleVendorHeader.mediaTek(Self.ramdisk, "ROOTFS", length: 1 << 20)
    #expect(throws: KernelImageError.self) { try Initrd.identify(short.span) }
  }

  @Test("An init_boot, with a ramdisk and no kernel, is read; without both it is refused")
  func initBoot() throws {
    let bytes = SyntheticAndroid(version: 4, kernel: []).bytes()
    let image = try KernelImage.of(bytes)
    #expect(image.kernel == nil && image.initrds.count == 1)
    #expect(throws: KernelImageError.self) {
      try KernelImage.of(SyntheticAndroid(version: 4, kernel: [], ramdisk: []).bytes())
    }
  }

  @Test("Erased flash in the place of a kernel or behind an archive is called that")
  func erased() throws {
    #expect {
      try KernelImage.of(
        SyntheticAndroid(kernel: [UInt8](repeating: 0xff, count: 4096)).bytes())
    } throws: { "\($0)".contains("looks like erased flash (0xff)") }
  }

  @Test("A length in a header that reaches beyond its part is refused with both numbers")
  func lies() {
    for length in [Self.zImage.count + 1, 0x7fff_ffff, 0xffff_ffff] {
      let kernel = SampleVendorHeader.mediaTek(Self.zImage, "KERNEL", length: length)
      #expect(
        throws: KernelImageError.truncated(
          what: "what stands behind MediaTek's header", needed: UInt64(512 + length),
          present: UInt64(kernel.count))
      ) { try KernelImage.of(SyntheticAndroid(kernel: kernel).bytes()) }
      let ramdisk = SampleVendorHeader.mediaTek(Self.ramdisk, "ROOTFS", length: length)
      #expect(throws: KernelImageError.self) {
        try KernelImage.of(SyntheticAndroid(ramdisk: ramdisk).bytes())
      }
    }
    let header = SampleVendorHeader.mediaTek(Self.zImage, "KERNEL")
    for count in [4, 40, 511, 512] {
      #expect(throws: KernelImageError.self) { try KernelImage.of(Array(header.prefix(count))) }
    }
  }

  @Test("Headers one in the other come to an end")
  func nested() {
    var bytes = Self.zImage
    for _ in 0..<20 { bytes = SampleVendorHeader.mediaTek(bytes, "KERNEL") }
    #expect(throws: KernelImageError.tooDeep(limit: 8)) { try KernelImage.of(bytes) }
  }

  @Test("Spreadtrum's header is taken off; its length is that of what is signed")
  func spreadtrum() throws {
    for length in [Self.zImage.count, nil] {
      let bytes = SampleVendorHeader.spreadtrum(SyntheticAndroid().bytes(), length: length)
      let image = try KernelImage.of(bytes)
      #expect(image.chain == ["DHTB", "android", "zImage", "gzip", "Image"])
      #expect(image.diagnostics.contains { $0.code == .notVerified })
    }
  }

  @Test("An unknown payload names its wrapper and place, and nobody is told to try a plain Image")
  func unknown() throws {
    let content = [UInt8](repeating: 1, count: 0x9000)
    let scratch = try Scratch()
    try scratch.write("content", content)
    try scratch.run("mkimage -A arm -O linux -T kernel -C none -n n -d content uImage")
    var fit = SampleFIT()
    fit.images[0].data = content
    let files: [(name: String, bytes: [UInt8], place: String)] = [
      ("Android boot image", SyntheticAndroid(kernel: content).bytes(), "0x800"),
      ("Android boot image", SyntheticAndroid(kernel: Builder.gzip(content)).bytes(), "0x800"),
      (
        "MediaTek's header",
        SyntheticAndroid(kernel: SampleVendorHeader.mediaTek(content, "KERNEL")).bytes(), "0x200"
      ),
      ("uImage", try scratch.read("uImage"), "0x40"), ("FIT", fit.bytes(), "0x"),
    ]
    for file in files {
      var told: KernelImageError?
      do throws(KernelImageError) { _ = try KernelImage.of(file.bytes) } catch { told = error }
      let error = try #require(told, "\(file.name)")
      #expect(error.description.contains(file.name))
      #expect(error.description.contains("at " + file.place))
      #expect(!error.hint.contains("--type"), "\(file.name)")
    }
    // Alone it may be a plain Image.
    do throws(KernelImageError) {
      _ = try KernelImage.of(content)
      Issue.record("it is no kernel")
    } catch { #expect(error.hint.contains("--type Image")) }
  }

  @Test("A vendor's mark in place of a kernel is named")
  func named() throws {
    let content = Array("AMLSECU!".utf8) + [UInt8](repeating: 1, count: 0x9000)
    do throws(KernelImageError) {
      _ = try KernelImage.of(SyntheticAndroid(kernel: content).bytes())
      Issue.record("it is no kernel")
    } catch {
      #expect(error.description.contains("Amlogic"))
      #expect(error.description.contains("Android boot image"))
    }
  }

  @Test("What stands behind the parts of a boot image is named, and filling up is not")
  func trailers() throws {
    func told(_ trailer: [UInt8]) throws -> [String] {
      try KernelImage.of(SyntheticAndroid(trailer: trailer).bytes()).diagnostics
        .filter { $0.code == .vendorMark || $0.code == .trailingBytes }.map(\.message)
    }
    #expect(try told(Array("SEANDROIDENFORCE".utf8)).first?.contains("Samsung") == true)
    #expect(try told([1, 2, 3]).first?.contains("not used") == true)
    #expect(try told([UInt8](repeating: 0, count: 10_000)) == [])
    #expect(try told([UInt8](repeating: 0xff, count: 10_000)) == [])
  }
}

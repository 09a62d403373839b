// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inflation
import KernelImages
import PhysicalMemory
@testable import Samples
import Testing

@Suite struct UImageTests {
  private func made(
    _ content: [UInt8], type: String = "kernel", compression: String = "none", arch: String = "arm"
  ) throws -> [UInt8] {
    let scratch = try Scratch()
    try scratch.write("content", content)
    try scratch.run(
      "mkimage -A \(arch) -O linux -T \(type) -C \(compression) -a 0x80008000 -e 0x80008040 "
        + "-n 'a test' -d content uImage")
    return try scratch.read("uImage")
  }

  @Test("A uImage made by mkimage is taken off, and its header told")
  func plain() throws {
    let zImage = SyntheticZImage().bytes()
    let bytes = try made(zImage)
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["uImage", "zImage", "gzip", "Image"])
    #expect(image.layers[1].offset == 64)
    #expect(image.kernelBytes == .slice(offset: 64, count: UInt64(zImage.count)))
    #expect(image.layers[0].facts.contains(ImageFact("name", "a test")))
    #expect(image.layers[0].facts.contains(ImageFact("load address", "0x80008000")))
    #expect(image.layers[0].facts.contains(ImageFact("entry point", "0x80008040")))
    #expect(image.otherArchitecture == nil)
  }

  @Test(
    "The content may be compressed by any way the header names",
    arguments: [
      ("gzip", "gzip -c"), ("bzip2", "bzip2 -c"), ("lzma", "xz --format=lzma -c"),
      ("lzo", "lzop -c"), ("zstd", "zstd -c"),
    ])
  func compressed(_ compression: String, _ command: String) throws {
    let scratch = try Scratch()
    let plain = SyntheticImage().bytes()
    try scratch.write("Image", plain)
    try scratch.run("\(command) < Image > packed")
    let bytes = try made(try scratch.read("packed"), compression: compression)
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["uImage", compression, "Image"])
    #expect(image.kernel?.inflatedBytes.source == .payload)
    #expect(image.kernel?.bssBytes.value.rawValue == 0x3210)
    #expect(try image.inflated(from: bytes) == plain)
  }

  @Test("What a uImage holds for a boot loader, U-Boot itself among it, is named by its type")
  func firmware() throws {
    for (type, name) in [("firmware", "firmware"), ("script", "script"), ("standalone", "program")]
    {
      let bytes = try made([UInt8](repeating: 0xea, count: 0x9000), type: type)
      do throws(KernelImageError) {
        _ = try KernelImage.of(bytes)
        Issue.record("\(type) was taken for a kernel")
      } catch {
        #expect(error.description.contains(name) && error.description.contains("a test"))
      }
    }
    // What is in it counts.
    let image = try KernelImage.of(try made(SyntheticZImage().bytes(), type: "firmware"))
    #expect(image.kernel != nil)
  }

  @Test("A multi-file uImage gives kernel, ramdisk and device tree")
  func multi() throws {
    let scratch = try Scratch()
    try scratch.write("kernel", SyntheticZImage().bytes())
    try scratch.write("initrd", Array("070701 not read here".utf8))
    try scratch.run("echo '/dts-v1/; / { a = <1>; };' | dtc -O dtb -o tree -")
    try scratch.run(
      "mkimage -A arm -O linux -T multi -C none -n m -d kernel:initrd:tree uImage")
    let bytes = try scratch.read("uImage")
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["uImage", "zImage", "gzip", "Image"])
    #expect(try image.initrds.map { try $0.bytes.bytes(of: bytes) } == [scratch.read("initrd")])
    #expect(
      try image.deviceTrees.map { try $0.bytes.bytes(of: bytes) } == [scratch.read("tree")])
    #expect(try image.kernelBytes?.bytes(of: bytes) == scratch.read("kernel"))
  }

  @Test("Every flipped bit of a uImage is found by one of its checksums")
  func checksums() throws {
    let bytes = try made(SyntheticZImage().bytes())
    for offset in Array(0..<64) + stride(from: 64, to: bytes.count, by: 997) {
      var damaged = bytes
      damaged[offset] ^= 0x10
      #expect(throws: KernelImageError.self, "flipped at \(offset)") {
        try KernelImage.of(damaged)
      }
    }
  }

  @Test("A uImage that says another architecture than its kernel is an error that says both")
  func otherArchitecture() throws {
    let bytes = try made(SyntheticZImage().bytes(), arch: "arm64")
    #expect(
      throws: KernelImageError.otherArchitecture(
        wrapper: "the uImage", claimed: "arm64", found: "arm")
    ) { try KernelImage.of(bytes) }
  }

  @Test("A uImage for another architecture whose content has no mark is named")
  func foreign() throws {
    let content = [UInt8](repeating: 0x5a, count: 0x9000)
    let image = try KernelImage.of(
      try made(Builder.gzip(content), compression: "gzip", arch: "mips"))
    #expect(image.kernel == nil)
    #expect(image.otherArchitecture == "MIPS")
  }

  @Test("Content that a uImage labels wrongly is taken for what it is, and the label is told")
  func wrongLabel() throws {
    let scratch = try Scratch()
    let plain = SyntheticImage().bytes()
    try scratch.write("Image", plain)
    try scratch.run("xz --check=crc32 -c <Image >packed")
    for (content, label, chain) in [
      (try scratch.read("packed"), "gzip", ["uImage", "xz", "Image"]),
      (SyntheticZImage().bytes(), "lzma", ["uImage", "zImage", "gzip", "Image"]),
      (Builder.gzip(plain), "none", ["uImage", "gzip", "Image"]),
    ] {
      let bytes = try made(content, compression: label)
      let image = try KernelImage.of(bytes)
      #expect(image.chain == chain)
      let told = image.diagnostics.filter { $0.code == .wrapperContradicted }
      #expect(told.count == 1 && told[0].severity == .warning)
      #expect(told.first?.message.contains(label == "none" ? "not compressed" : label) == true)
      #expect(try image.inflated(from: bytes) == plain)
    }
  }

  @Test("A truncated uImage is refused at every length")
  func truncated() throws {
    let bytes = try made(SyntheticZImage().bytes())
    for count in Array(0..<80) + [bytes.count - 1] {
      #expect(throws: KernelImageError.self) { try KernelImage.of(Array(bytes.prefix(count))) }
    }
  }
}

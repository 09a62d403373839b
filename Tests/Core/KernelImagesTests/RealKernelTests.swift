// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inflation
import KernelImages
import PhysicalMemory
import Testing

@Suite struct RealKernelTests {
  private func expectFigures(
    _ found: ARMKernel, of kernel: CachedKernel, _ source: FigureSource,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.bssBytes.value.rawValue == kernel.bssBytes, sourceLocation: location)
    #expect(found.bssBytes.source == source, sourceLocation: location)
    #expect(found.textOffset.value.rawValue == kernel.textOffset, sourceLocation: location)
    #expect(found.textOffset.source == source, sourceLocation: location)
    #expect(found.pageOffset.value == 0xc000_0000, sourceLocation: location)
    #expect(found.pageOffset.source == .inflatedImage, sourceLocation: location)
    #expect(found.isLPAE?.value == (kernel.name == "armmp-lpae"), sourceLocation: location)
    #expect(found.isThumb2?.value == kernel.name.hasPrefix("tiny"), sourceLocation: location)
    #expect(found.isBigEndian?.value == false, sourceLocation: location)
    #expect(found.zImage?.destination.value == .window, sourceLocation: location)
    #expect(found.zImage?.checksDTBMemory?.value == true, sourceLocation: location)
    #expect(
      found.zImage?.mergesATAGs?.value
        == !(kernel.name.hasPrefix("tiny") && kernel.name != "tiny-atags"),
      sourceLocation: location)
  }

  @Test("A kernel's figures come from its size table", arguments: CachedKernel.all)
  func byTable(_ kernel: CachedKernel) throws {
    let bytes = try kernel.bytes()
    let image = try KernelImage.of(bytes)
    let found = try #require(image.kernel)
    #expect(found.inflatedBytes.value.rawValue == kernel.inflatedBytes)
    #expect(found.inflatedBytes.source == .sizeTable)
    #expect(found.release == nil, "it was inflated although the table tells everything")
    expectFigures(found, of: kernel, .sizeTable)
    #expect(image.diagnostics.isEmpty)
  }

  @Test("Without its size table a kernel has the same figures", arguments: CachedKernel.all)
  func untagged(_ kernel: CachedKernel) throws {
    let bytes = try kernel.withoutTable()
    let image = try KernelImage.of(bytes)
    let found = try #require(image.kernel)
    #expect(found.zImage?.sizeTableOffset == nil)
    #expect(found.inflatedBytes.value.rawValue == kernel.inflatedBytes)
    #expect(found.inflatedBytes.source == .payload)
    expectFigures(found, of: kernel, .inflatedImage)
    #expect(found.release?.hasPrefix("6.") == true)
    #expect(image.diagnostics.isEmpty)
  }

  @Test(
    "A size word that is wrong is found out, and inflating yields the truth",
    arguments: CachedKernel.all, [false, true])
  func spoiltWord(_ kernel: CachedKernel, _ isTagged: Bool) throws {
    var bytes = try kernel.withSizeWord(UInt32(kernel.inflatedBytes) + 4)
    if !isTagged {
      let erased = try kernel.withoutTable()
      for index in 0..<0x10000 { bytes[index] = erased[index] }
    }
    let image = try KernelImage.of(bytes)
    let found = try #require(image.kernel)
    #expect(found.inflatedBytes.value.rawValue == kernel.inflatedBytes)
    #expect(found.inflatedBytes.source == .payload)
    #expect(found.sizeWord?.rawValue == kernel.inflatedBytes + 4)
    #expect(image.diagnostics.map(\.code) == [.sizeWordDisagrees])
    #expect(try UInt64(image.inflated(from: bytes).count) == kernel.inflatedBytes)
  }

  @Test(
    "A kernel that was inflated is the Image that its build left", arguments: CachedKernel.tiny)
  func inflated(_ kernel: CachedKernel) throws {
    let bytes = try kernel.bytes()
    let image = try KernelImage.of(bytes)
    #expect(try image.inflated(from: bytes) == kernel.bytes("Image"))
  }

  @Test(
    "A plain Image is recognised by its pair and has the figures of its zImage",
    arguments: CachedKernel.tiny)
  func plain(_ kernel: CachedKernel) throws {
    let bytes = try kernel.bytes("Image")
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["Image"])
    let found = try #require(image.kernel)
    #expect(found.inflatedBytes.source == .file)
    #expect(found.inflatedBytes.value.rawValue == kernel.inflatedBytes)
    #expect(found.bssBytes.value.rawValue == kernel.bssBytes)
    #expect(found.textOffset.value.rawValue == kernel.textOffset)
    #expect(found.isThumb2?.value == true)
  }

  @Test("A vmlinux is laid out as objcopy lays it out", arguments: CachedKernel.tiny)
  func vmlinux(_ kernel: CachedKernel) throws {
    let bytes = try kernel.bytes("vmlinux")
    let image = try KernelImage.of(bytes)
    #expect(image.chain == ["vmlinux", "Image"])
    let found = try #require(image.kernel)
    #expect(found.bssBytes.value.rawValue == kernel.bssBytes)
    #expect(found.textOffset.value.rawValue == kernel.textOffset)
    #expect(try image.inflated(from: bytes) == kernel.bytes("Image"))
  }

  @Test("The figures equal the symbols of the vmlinux", arguments: CachedKernel.tiny)
  func symbols(_ kernel: CachedKernel) throws {
    let symbols = try Symbols(kernel.path("vmlinux"))
    let found = try #require(try KernelImage.of(kernel.withoutTable()).kernel)
    let start = try #require(symbols["__bss_start"])
    let text = try #require(symbols["_text"])
    #expect(found.bssBytes.value.rawValue == (try #require(symbols["__bss_stop"])) - start)
    #expect(found.pageOffset.value + found.textOffset.value.rawValue == text)
    #expect(found.inflatedBytes.value.rawValue == start - text)
  }

  @Test("What the decompressor's code tells equals its symbols", arguments: CachedKernel.tiny)
  func decompressor(_ kernel: CachedKernel) throws {
    let symbols = try Symbols(kernel.path("decompressor.elf"))
    func symbol(_ name: String) throws -> UInt64 { try #require(symbols[name]) }
    let found = try #require(try KernelImage.of(kernel.bytes()).kernel?.zImage)
    let restart = try symbol("restart")
    #expect(found.byteCount.rawValue == (try symbol("_edata")))
    #expect(found.movedFrom.value.rawValue == restart & ~31)
    #expect(found.wontOverwriteLowest.rawValue == (try symbol("wont_overwrite")))
    #expect(found.wontOverwriteHighest == found.wontOverwriteLowest)
    let bump = (try symbol("reloc_code_end") - restart + 256) & ~255
    #expect(found.relocationBump.value.rawValue == bump)
    #expect(found.bssBytes.value.rawValue == (try symbol("_end") + 7) & ~7 - (try symbol("_edata")))
    #expect(found.payloadOffset.rawValue == (try symbol("input_data")))
    #expect(found.payloadEnd.rawValue == (try symbol("input_data_end")))
    for source in [
      found.movedFrom.source, found.relocationBump.source, found.bssBytes.source,
      found.destination.source,
    ] { #expect(source == .decompressor) }
  }

  @Test("Debian's decompressors tell what was measured", arguments: CachedKernel.all)
  func debian(_ kernel: CachedKernel) throws {
    guard kernel.name.hasPrefix("armmp") else { return }
    let found = try #require(try KernelImage.of(kernel.bytes()).kernel?.zImage)
    #expect(found.relocationBump.value.rawValue == 0x900)
    #expect(found.movedFrom.value.rawValue == 0x10a0)
    #expect(found.bssBytes.value.rawValue == 0x418)
    #expect(found.wontOverwriteLowest.rawValue == 0x1228)
    #expect(found.compression == .xz)
  }

  @Test(
    "A vmlinux that is named is used only for its own kernel",
    .enabled(if: CachedKernel(name: "tiny-gzip") != nil))
  func named() throws {
    let kernel = try #require(CachedKernel(name: "tiny-gzip"))
    var options = IdentificationOptions()
    options.vmlinux = try kernel.bytes("vmlinux")
    var image = try kernel.bytes("Image")
    // Spoil both pairs, so that nothing but the symbols tells.
    for offset in 0..<(image.count / 4 - 1) where image[offset * 4 + 3] == 0xc0 {
      if image[offset * 4] == 0x80, image[offset * 4 + 1] == 0x5e, image[offset * 4 + 2] == 0x47 {
        image[offset * 4] = 0x81
      }
    }
    options.type = .image
    let found = try #require(try KernelImage.of(image, options).kernel)
    #expect(found.bssBytes.source == .vmlinux)
    #expect(found.bssBytes.value.rawValue == kernel.bssBytes)
    #expect(found.textOffset.source == .vmlinux)
    image.removeLast(4)
    let other = try KernelImage.of(image, options)
    #expect(other.kernel?.bssBytes.source == .estimate)
    #expect(other.diagnostics.map(\.code).contains(.optionContradicted))
  }
}

/// The symbols of an ELF file as binutils read them.
private struct Symbols {
  private var values: [String: UInt64] = [:]

  init(_ path: String) throws {
    for line in try Scratch().run("arm-linux-gnueabihf-nm '\(path)'").split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count == 3, let value = UInt64(fields[0], radix: 16) {
        values[String(fields[2])] = value
      }
    }
  }

  subscript(_ name: String) -> UInt64? { values[name] }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import KernelImages
import PhysicalMemory
import Testing

@Suite struct RealKernelTests {
  @Test("A kernel's figures come from its size table without inflating", arguments: CachedKernel.all)
  func byTable(_ kernel: CachedKernel) throws {
    let bytes = try kernel.bytes()
    let image = try KernelImage.identify(bytes.span)
    let found = try #require(image.kernel)
    print(image.chain, image.diagnostics, found)
    #expect(found.inflatedBytes.value.rawValue == kernel.inflatedBytes)
    #expect(found.inflatedBytes.source == .sizeTable)
    #expect(found.bssBytes.value.rawValue == kernel.bssBytes)
    #expect(found.textOffset.value.rawValue == kernel.textOffset)
    #expect(found.pageOffset.value == 0xc000_0000)
    #expect(found.pageOffset.source == .inflatedImage)
    #expect(found.isLPAE?.value == (kernel.name == "armmp-lpae"))
    #expect(found.isThumb2?.value == kernel.name.hasPrefix("tiny"))
    #expect(image.diagnostics.isEmpty)
  }

  @Test("Without its size table a kernel has the same figures", arguments: CachedKernel.all)
  func untagged(_ kernel: CachedKernel) throws {
    let bytes = try kernel.withoutTable()
    let image = try KernelImage.identify(bytes.span)
    let found = try #require(image.kernel)
    print(image.chain, image.diagnostics, found)
    #expect(found.zImage?.sizeTableOffset == nil)
    #expect(found.inflatedBytes.value.rawValue == kernel.inflatedBytes)
    #expect(found.inflatedBytes.source == .payload)
    #expect(found.bssBytes.value.rawValue == kernel.bssBytes)
    #expect(found.bssBytes.source == .inflatedImage)
    #expect(found.textOffset.value.rawValue == kernel.textOffset)
    #expect(found.textOffset.source == .inflatedImage)
    #expect(found.pageOffset.value == 0xc000_0000)
    #expect(found.release?.hasPrefix("6.1.") == true)
    #expect(image.diagnostics.isEmpty)
  }
}

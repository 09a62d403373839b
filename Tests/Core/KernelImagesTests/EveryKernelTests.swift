// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory
import Testing

/// What holds for every kernel, whoever fetched it: `kernels` and `zoo` of the cache.
@Suite("Every kernel in the cache", .serialized)
struct EveryKernelTests {
  private func same<Value>(
    _ left: Figure<Value>?, _ right: Figure<Value>?, _ what: String,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(left?.value == right?.value, "\(what)", sourceLocation: location)
    #expect(left?.source != .estimate, "\(what)", sourceLocation: location)
  }

  /// Holds all figures of the kernel proper against one another.
  private func sameKernel(
    _ found: ARMKernel, _ told: ARMKernel, location: SourceLocation = #_sourceLocation
  ) {
    same(found.inflatedBytes, told.inflatedBytes, "I", location: location)
    same(found.bssBytes, told.bssBytes, "BSS", location: location)
    same(found.textOffset, told.textOffset, "T", location: location)
    same(found.pageOffset, told.pageOffset, "PAGE_OFFSET", location: location)
    same(found.isLPAE, told.isLPAE, "LPAE", location: location)
    same(found.isThumb2, told.isThumb2, "Thumb-2", location: location)
    same(found.isBigEndian, told.isBigEndian, "byte order", location: location)
  }

  @Test(
    "With its size table, without it, and as a plain Image a kernel has the same figures",
    arguments: CachedKernel.everywhere)
  func sameFigures(_ kernel: CachedKernel) throws {
    let tagged = try KernelImage.of(kernel.bytes())
    let told = try #require(tagged.kernel)
    #expect(tagged.diagnostics.isEmpty)
    #expect(told.inflatedBytes.value.rawValue == kernel.inflatedBytes)
    #expect(told.bssBytes.value.rawValue == kernel.bssBytes)
    #expect(told.textOffset.value.rawValue == kernel.textOffset)

    let bytes = try kernel.withoutTable()
    let erased = try KernelImage.of(bytes)
    let found = try #require(erased.kernel)
    #expect(erased.diagnostics.isEmpty)
    sameKernel(found, told)
    let (left, right) = (try #require(found.zImage), try #require(told.zImage))
    #expect(left.byteCount == right.byteCount && left.payloadEnd == right.payloadEnd)
    #expect(left.payloadOffset == right.payloadOffset && left.compression == right.compression)
    same(left.heapBytes, right.heapBytes, "heap")
    same(left.relocationBump, right.relocationBump, "R")
    same(left.bssBytes, right.bssBytes, "the decompressor's BSS")
    same(left.movedFrom, right.movedFrom, "restart")
    same(left.destination, right.destination, "destination")
    same(left.checksDTBMemory, right.checksDTBMemory, "the check of memory")
    same(left.mergesATAGs, right.mergesATAGs, "ATAGs")
    #expect(left.wontOverwriteLowest == left.wontOverwriteHighest)

    let plain = try KernelImage.of(try erased.inflated(from: bytes))
    let raw = try #require(plain.kernel)
    #expect(plain.chain == ["Image"] && plain.diagnostics.isEmpty)
    sameKernel(raw, told)
    let release = try #require(found.release)
    #expect(raw.release == release)
    // Folders of the zoo are named after releases, but for those of the installer.
    if kernel.name.first?.isNumber == true { #expect(kernel.name.hasPrefix(release)) }
  }
}

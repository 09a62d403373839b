// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import KernelImages
import PhysicalMemory

/// Figures that replace a kernel file, or correct its figures: `zimage=N,inflated=N,…`.
struct Assumptions: ExpressibleByArgument {
  private var values: [String: UInt64] = [:]

  static let keys = [
    "zimage", "inflated", "bss", "text-offset", "page-offset", "initrd", "unpacked", "work",
    "bump", "decompressor-bss", "moved-from", "payload-end", "lpae", "dtb-check",
  ]

  /// Reads a list of `key=number`; nil when a key is unknown or a number is malformed.
  init?(argument: String) {
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", omittingEmptySubsequences: false)
      guard pair.count == 2, Self.keys.contains(String(pair[0])),
        let number = UInt64(written: String(pair[1]))
      else { return nil }
      values[String(pair[0])] = number
    }
  }

  /// Merges several sets; the later one counts.
  init(merging all: [Self]) {
    for one in all { values.merge(one.values) { $1 } }
  }

  subscript(key: String) -> UInt64? { values[key] }

  func count(_ key: String) -> ByteCount? { values[key].map { ByteCount($0) } }

  /// Makes a kernel of figures alone.
  func kernel() throws(Stop) -> KernelImage {
    guard let inflated = count("inflated") else {
      throw Stop(
        what: "there is no kernel to plan",
        hint: "name a kernel file, or give at least --assume inflated=N", code: .validationFailure)
    }
    func option<Value>(_ value: Value) -> Figure<Value> {
      Figure(value, .option, "--assume")
    }
    let estimate = ByteCount(max(2 << 20, inflated.rawValue / 4))
    var kernel = ARMKernel(
      zImage: nil, inflatedBytes: option(inflated),
      bssBytes: count("bss").map { option($0) }
        ?? Figure(estimate, .estimate, "a quarter of the inflated size, at least 2 MiB"),
      textOffset: count("text-offset").map { option($0) }
        // Assumed figures are never booted: a figure that is left out is that of most kernels.
        ?? Figure(ByteCount(UInt64(0x8000)), .option, "--assume: the default of most kernels"),
      pageOffset: self["page-offset"].map { option($0) }
        ?? Figure(0xc000_0000, .estimate, "the default of most kernels"),
      isLPAE: self["lpae"].map { option($0 != 0) })
    if let bytes = count("zimage") {
      guard bytes.rawValue > 0 else {
        throw Stop(
          what: "--assume zimage=0 is no size",
          hint: "give the length of the zImage in bytes, or leave zimage out for a plain Image",
          code: .validationFailure)
      }
      kernel.zImage = zImage(bytes)
    }
    var image = KernelImage()
    image.layers = [
      ImageLayer(
        kind: kernel.zImage == nil ? .image : .zImage, offset: 0,
        byteCount: (count("zimage") ?? inflated).rawValue)
    ]
    image.kernel = kernel
    return image
  }

  private func zImage(_ bytes: ByteCount) -> ZImage {
    func bounded(_ key: String, _ bound: UInt64, _ why: String) -> Figure<ByteCount> {
      count(key).map { Figure($0, .option, "--assume") }
        ?? Figure(ByteCount(bound), .estimate, why)
    }
    let from = bounded("moved-from", 0, "the lowest it can be")
    return ZImage(
      byteCount: bytes, compression: nil, payloadOffset: .zero,
      payloadEnd: min(count("payload-end") ?? bytes, bytes),
      // The assumed figures are those that a size table would hold.
      sizeTableOffset: self["bss"] == nil ? nil : .zero,
      heapBytes: Figure(.kibibytes(64), .estimate, "the heap of every known kernel"),
      destination: Figure(.window, .option, "--assume: as kernels for many platforms do"),
      checksDTBMemory: self["dtb-check"].map { Figure($0 != 0, .option, "--assume") },
      relocationBump: bounded("bump", 0x1000, "upper bound"),
      bssBytes: bounded("decompressor-bss", 0x2000, "upper bound"), movedFrom: from,
      wontOverwriteLowest: from.value,
      wontOverwriteHighest: max(
        from.value, min(ByteCount(UInt64(0x1200)), bytes)),
      linkAddress: .zero)
  }

  /// Refuses figures that would have no effect.
  ///
  /// - Parameters:
  ///   - kernel: The kernel; nil when there is none.
  ///   - isFile: Whether it was read from a file.
  ///   - hasInitrd: Whether there is the file of an initrd.
  /// - Throws: ``Stop`` with the figure.
  func refuseVain(_ kernel: ARMKernel?, isFile: Bool, hasInitrd: Bool) throws(Stop) {
    let isGiven = { (key: String) in values[key] != nil }
    if isFile, let key = ["zimage", "moved-from", "payload-end"].first(where: isGiven) {
      throw .vain("--assume \(key)", "the kernel's file has this figure")
    }
    let decompressor = ["bump", "decompressor-bss", "moved-from", "payload-end", "dtb-check"]
    if let kernel, kernel.zImage == nil, let key = decompressor.first(where: isGiven) {
      throw .vain("--assume \(key)", "the kernel has no decompressor")
    }
    if hasInitrd, isGiven("initrd") {
      throw .vain("--assume initrd", "the initrd's file has this figure")
    }
    if !hasInitrd, isGiven("unpacked"), count("initrd") ?? .zero == .zero {
      throw .vain("--assume unpacked", "there is no initrd")
    }
  }

  /// Corrects the figures of a kernel that was read from a file.
  func correct(_ kernel: inout ARMKernel) {
    func option<Value>(_ value: Value) -> Figure<Value> { Figure(value, .option, "--assume") }
    if let bytes = count("inflated") { kernel.inflatedBytes = option(bytes) }
    if let bytes = count("bss") { kernel.bssBytes = option(bytes) }
    if let bytes = count("text-offset") { kernel.textOffset = option(bytes) }
    if let address = self["page-offset"] { kernel.pageOffset = option(address) }
    if let flag = self["lpae"] { kernel.isLPAE = option(flag != 0) }
    if let flag = self["dtb-check"] { kernel.zImage?.checksDTBMemory = option(flag != 0) }
    if let bytes = count("bump") { kernel.zImage?.relocationBump = option(bytes) }
    if let bytes = count("decompressor-bss") { kernel.zImage?.bssBytes = option(bytes) }
  }
}

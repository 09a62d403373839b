// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// The error for a zImage without an inflatable payload. It names a limit of this program, if
  /// that is the cause.
  static func refusal(_ failed: FailedPayload?, _ header: ZImageHeader) -> KernelImageError {
    guard let failed, failed.cause.isLimit else {
      return .noPayload(zImageBytes: header.byteCount)
    }
    return .inflation(
      what: "the " + failed.compression.rawValue + " payload", offset: UInt64(failed.offset),
      cause: failed.cause)
  }

  /// Takes the figures of a kernel that cannot be inflated here from its size table, if the table
  /// has them all. The zImage inflates itself, so it can still be handed over.
  ///
  /// `layer` is the zImage and the bytes behind it. `failed` is the likely payload; nil when there
  /// is none: then the compression is unknown. `why` is the reason why there is no inflated kernel.
  /// It is thrown when the table is not enough, or the payload is certainly damaged.
  mutating func takeUninflated(
    _ layer: Layer, _ header: ZImageHeader, _ table: SizeTable?, _ code: DecompressorCode,
    _ failed: FailedPayload?, because why: KernelImageError
  ) throws(KernelImageError) {
    // Damaged data make no kernel, and for data that are too large the table is no proof.
    if let cause = failed?.cause {
      guard cause.isLimit else { throw why }
      if case .exceedsLimit = cause { throw why }
    }
    let length = try layer.part("the zImage", 0, header.byteCount)
    let zImage = layer.bytes.extracting(length.indices)
    guard let table, table.bssBytes != nil, table.textOffset != nil,
      let place = table.sizeWordOffset, let end = Int(exactly: place + 4), end <= zImage.count,
      // An unknown compression is accepted if the decompressor's code confirms the payload's end,
      // and if that is not the end of an xz stream, whose beginning would be missing.
      failed != nil
        || code.sizeWordOffset == place && XZIndex(zImage, endingAt: end - 4) == nil,
      let word = ByteReader(zImage).littleEndian32(at: end - 4),
      word >= PayloadSearch.leastInflated, word <= options.inflationLimit
    else { throw why }
    var figures = KernelFigures(
      inflated: Figure(
        ByteCount(UInt64(word)), .sizeTable,
        "size table at " + hexadecimal(table.offset) + ", not confirmed"), options: options)
    figures.table = table
    figures.code = code
    figures.symbols = vmlinuxSymbols()
    var kernel = figures.decide()
    image.diagnostics.append(contentsOf: figures.diagnostics)
    kernel.isInflatable = false
    image.whyNotInflated = why
    kernel.sizeWord = ByteCount(UInt64(word))
    kernel.isBigEndian = Figure(
      header.variant != .littleEndian, .decompressor, "the zImage header's byte order")
    kernel.takeByteOrder(of: header)
    let payload = PayloadPlace(
      compression: failed?.compression, offset: failed?.offset, end: end)
    kernel.zImage = describe(zImage, header, table, code, payload)
    kernel.zImage?.appendedDTBs = appendedTrees(layer, from: length.count)
    image.kernel = kernel
    image.kernelBytes = layer.origin.bytes(0, length.count)
    addLayers(layer, header, table, payload)
    warn(
      .notInflated,
      why.description + "; the kernel's figures come from its size table alone",
      hint: "compare the file's checksum; the zImage can be handed over, since it inflates itself")
  }
}

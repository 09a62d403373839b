// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension Identification {
  /// Reads a zImage's header and the code behind it. The code runs, so where they contradict each
  /// other, the header is wrong.
  mutating func readHeader(
    _ layer: Layer
  ) throws(KernelImageError) -> (ZImageHeader, DecompressorCode) {
    var header = try ZImageHeader(layer.bytes)
    var code = DecompressorCode(layer.bytes, header)
    if code.relocationBump != nil, !code.tellsEnd, let swapped = header.withOtherData {
      let other = DecompressorCode(layer.bytes, swapped)
      if other.tellsEnd {
        warnOfHeader(
          "that data are " + (header.variant == .be8 ? "big" : "little")
            + "-endian, the constants of its code are not")
        (header, code) = (swapped, other)
      }
    }
    if let end = code.otherEnd {
      warnOfHeader(
        "a length of " + ByteCount(header.byteCount).description + ", its code was linked for "
          + ByteCount(end).description)
      header = header.ending(at: end)
      code = DecompressorCode(layer.bytes, header)
    }
    guard header.byteCount <= layer.byteCount else {
      if UnknownContent.isXen(layer.bytes) { throw .notAKernel(looksLike: .xen) }
      throw .truncated(what: "the zImage", needed: header.byteCount, present: layer.byteCount)
    }
    return (header, code)
  }

  private mutating func warnOfHeader(_ finding: String) {
    warn(
      .headerContradicted, "the zImage's header states " + finding,
      hint: "the code is believed; get an intact kernel before another loader reads the header")
  }
}

// SPDX-License-Identifier: Apache-2.0
package import Bundles
import PhysicalMemory

/// An image in Ferry's place that does not run: a zImage header, room for the table, some bytes.
package enum SampleFerry {
  package static let image: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 5000)
    func set(_ word: UInt32, _ offset: Int) {
      for index in 0..<4 { bytes[offset + index] = UInt8(word >> UInt32(8 * index) & 0xff) }
    }
    set(0x016f_2818, 0x24)
    set(0x0403_0201, 0x30)
    set(0x4545_4545, 0x34)
    set(0x40, 0x38)
    for index in 0xc0..<5000 { bytes[index] = UInt8(index & 0xff) }
    return bytes
  }()

  /// A small bundle for a machine with RAM at 0x40000000.
  package static func bundle() throws(BundleError) -> [UInt8] {
    func range(_ first: UInt64, _ count: UInt64) -> PhysicalRange {
      PhysicalRange(start: PhysicalAddress(first), count: ByteCount(count)) ?? .everything
    }
    var segments: [BundleDraft.Segment] = []
    for (name, first) in [("kernel", 0x4000_8000), ("dtb", 0x4010_0000)] as [(String, UInt64)] {
      guard let name = BundleName(name) else { continue }
      segments.append(
        BundleDraft.Segment(
          name: name, range: range(first, 0x4000), bytes: [UInt8](repeating: 5, count: 9000)))
    }
    let ferry = image
    return try BundleDraft(
      entry: 0x4000_8000, r1: 0xffff_ffff, r2: 0x4010_0000,
      ram: RangeSet(range(0x4000_0000, 0x0800_0000)), reserved: RangeSet(), segments: segments,
      inner: BundleDraft.Inner(inflatedBytes: 9000, bssBytes: 0x1000, textOffset: 0x8000)
    ).write(behind: ferry.span).bytes
  }
}

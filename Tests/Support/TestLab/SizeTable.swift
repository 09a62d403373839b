// SPDX-License-Identifier: Apache-2.0
import Testing

/// The size table of a zImage, read here without the code under test.
///
/// Source: arch/arm/boot/compressed/{head.S,vmlinux.lds.S} (v6.1): magic 0x45454545 at 0x34, the
/// table's offset behind it; the tag of the kernel's sizes is 0x5a534c4b.
package struct SizeTable {
  package let inflatedBytes: UInt64
  package let bssBytes: UInt64
  package let textOffset: UInt64

  package init(zImage bytes: [UInt8]) throws {
    func word(_ offset: UInt64) throws -> UInt64 {
      let offset = Int(offset)
      try #require(offset + 4 <= bytes.count)
      return (0..<4).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
    }
    try #require(try word(0x34) == 0x4545_4545)
    var tag = try word(0x38)
    while try word(tag + 4) != 0x5a53_4c4b { tag += 4 * max(1, try word(tag)) }
    inflatedBytes = try word(try word(tag + 8))
    bssBytes = try word(tag + 12)
    textOffset = try word(tag + 16)
  }
}

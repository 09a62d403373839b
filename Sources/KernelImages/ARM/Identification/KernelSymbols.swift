// SPDX-License-Identifier: Apache-2.0

/// The figures in the symbols of a vmlinux.
///
/// Source: arch/arm/kernel/vmlinux.lds.S (v6.1).
struct KernelSymbols: Hashable {
  /// The bytes of the Image made of this vmlinux.
  let inflatedBytes: UInt64
  /// The kernel's BSS.
  let bssBytes: UInt64?
  /// T, the text offset (docs/footprint.md).
  let textOffset: UInt64?
  let pageOffset: UInt64?

  /// Reads the symbols of an ELF file; nil when nothing in it would be loaded.
  init?(_ elf: ELFFile, in bytes: Span<UInt8>) {
    guard let span = elf.span else { return nil }
    inflatedBytes = span.end - span.start
    let values = elf.symbols(["_text", "__bss_start", "__bss_stop"], in: bytes)
    if let start = values[1], let stop = values[2], stop > start,
      stop - start <= UInt64(BSSPair.bssLimit)
    {
      bssBytes = stop - start
    } else {
      bssBytes = nil
    }
    if let text = values[0], let word = UInt32(exactly: text),
      let split = BSSPair.virtualStart(word, 0)
    {
      textOffset = UInt64(split.text)
      pageOffset = UInt64(split.page)
    } else {
      textOffset = nil
      pageOffset = nil
    }
  }
}

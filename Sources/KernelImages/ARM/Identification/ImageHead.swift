// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The facts that the first instructions of an inflated kernel show.
///
/// Source: arch/arm/kernel/head.S (v6.1), `stext` and `__create_page_tables`.
struct ImageHead {
  /// Whether the kernel requires long-descriptor page tables.
  let isLPAE: Bool
  /// Whether it goes on in Thumb state.
  let isThumb2: Bool
  /// The oldest version of the architecture that its code runs on; nil when the code does not show
  /// it.
  let leastVersion: ARMVersion?
  /// The last version of the architecture that it runs on; nil when the code does not show it. It
  /// is valid from Linux 3.8 on: before, no kernel left HYP mode.
  let latestVersion: ARMVersion?
  /// The words of the code, in the byte order of data.
  private let words: [UInt32]
  private let isBigEndian: Bool

  /// The length that is read. The code that maps the kernel and its constants end at 0x1a0 in
  /// Debian's v6.1; other code follows.
  static let byteLimit = 1024

  /// Reads the head of a kernel.
  ///
  /// `isBigEndian` is the byte order of its data.
  init(_ head: [UInt8], isBigEndian: Bool) {
    self.isBigEndian = isBigEndian
    let reader = ByteReader(head.span)
    let end = min(head.count, Self.byteLimit)
    words = unsafe [UInt32](unsafeUninitializedCapacity: end / 4) { words, count in
      var at = 0
      while at + 12 <= end, let word = reader.littleEndian32(at: at) {
        unsafe words[count] = isBigEndian ? word.byteSwapped : word
        count += 1
        at += 4
      }
    }
    isLPAE = Self.checksLongDescriptors(reader, end: end)
    // adr r9, 1f + 1; bx r9
    isThumb2 =
      Self.thumbEntries.contains { reader.matches($0, at: 0) || reader.matches($0, at: 4) }
    (leastVersion, latestVersion) =
      isThumb2 ? (.v7, nil) : Self.versions(words, isSwapped: isBigEndian)
  }

  /// Finds versions of the architecture by the first instructions. Kernels that support ARMv7 first
  /// call the code that installs their HYP stub. Kernels up to ARMv5 enter SVC mode by one
  /// instruction, later ones by several, which may leave HYP mode. Only ARMv7 has movw and movt,
  /// which make addresses from 5.11 on.
  ///
  /// `isSwapped` says that words are in the order of data, not of code, as in BE8.
  ///
  /// Source: arch/arm/kernel/head.S, `stext`; arch/arm/mm/Kconfig, `ARM_VIRT_EXT`;
  /// arch/arm/include/asm/assembler.h, `safe_svcmode_maskall` and `mov_l` (v6.1).
  private static func versions(
    _ words: [UInt32], isSwapped: Bool
  ) -> (least: ARMVersion?, latest: ARMVersion?) {
    var least: ARMVersion?
    var latest: ARMVersion?
    var previous: UInt32 = 0
    var callsFirst = false
    // Constants and other code follow.
    for (index, word) in words.prefix(0x1a0 / 4).enumerated() {
      let word = isSwapped ? word.byteSwapped : word
      switch (previous, word) {
      // mrs r9, cpsr; eor r9, r9, #0x1a
      case (0xe10f_9000, 0xe229_901a):
        least = .v6
        latest = callsFirst ? nil : .v6
      // msr cpsr_c, #0xd3; mrc p15, 0, r9, c0, c0
      case (0xe321_f0d3, 0xee10_9f10) where index == 1: return (nil, .v5)
      default: break
      }
      if word >> 20 == 0xe34, previous >> 20 == 0xe30, (word ^ previous) & 0xf000 == 0 {
        return (.v7, nil)
      }
      if least == nil, word >> 24 == 0xeb { callsFirst = true }
      previous = word
    }
    return (least, latest)
  }

  /// Looks for mrc p15, 0, r3, c0, c1, 4; and r3, r3, #15; cmp r3, #5 in ARM and in Thumb code.
  private static func checksLongDescriptors(_ reader: ByteReader, end: Int) -> Bool {
    let bytes = reader.bytes
    var at = 0
    // `end` is at most the length of the bytes.
    while at &+ 11 < end {
      // Few offsets have a matching first byte.
      let (byte, next) = unsafe (bytes[unchecked: at], bytes[unchecked: at &+ 1])
      if byte == 0x91 && next == 0x3f || byte == 0xee && next == 0x10
        || byte == 0x10 && next == 0xee,
        longDescriptorChecks.contains(where: { reader.matches($0, at: at) })
      {
        return true
      }
      at &+= 2
    }
    return false
  }

  private static let longDescriptorChecks: [[UInt8]] = [
    [0x91, 0x3f, 0x10, 0xee, 0x0f, 0x30, 0x03, 0xe2, 0x05, 0x00, 0x53, 0xe3],
    [0xee, 0x10, 0x3f, 0x91, 0xe2, 0x03, 0x30, 0x0f, 0xe3, 0x53, 0x00, 0x05],
    [0x10, 0xee, 0x91, 0x3f, 0x03, 0xf0, 0x0f, 0x03, 0x05, 0x2b],
  ]

  private static let thumbEntries: [[UInt8]] = [
    [0x01, 0x90, 0x8f, 0xe2, 0x19, 0xff, 0x2f, 0xe1]
  ]

  /// Whether the code that maps the kernel holds the address of the last byte that follows from a
  /// pair.
  func names(end pair: BSSPair, inflated: UInt64) -> Bool {
    guard let last = UInt32(exactly: pair.end(inflated: inflated) - 1) else { return false }
    return words.contains(pair.isBigEndian == isBigEndian ? last : last.byteSwapped)
  }

  /// Finds PAGE_OFFSET by the virtual address of the kernel's last byte. The code that maps the
  /// kernel holds this address.
  ///
  /// `memoryBytes` is T, I and BSS together (docs/footprint.md).
  /// `slack` is the bytes that may lie between `__bss_stop` and `_end`.
  func pageOffset(memoryBytes: UInt64, slack: UInt64 = 4095) -> UInt64? {
    guard let memory = UInt32(exactly: memoryBytes), memory > 0 else { return nil }
    let slack = UInt32(clamping: slack)
    var found: UInt32?
    let last = memory - 1
    let words = words.span
    var index = 0
    while index < words.count {
      let word = unsafe words[unchecked: index]
      index &+= 1
      // `_end` follows `__bss_stop` directly, or after alignment. All values of PAGE_OFFSET are
      // multiples of 256 MiB, so few words match by chance.
      guard (word &- last) & 0x0fff_ffff <= slack else { continue }
      for page in BSSPair.pageOffsets where page != found {
        let (first, overflow) = page.addingReportingOverflow(last)
        guard !overflow, word >= first, word - first <= slack else { continue }
        if found != nil { return nil }
        found = page
      }
    }
    return found.map { UInt64($0) }
  }
}

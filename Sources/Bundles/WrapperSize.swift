// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The memory that a bundle asks of a loader: the size S in its size table (docs/bundle.md).
///
/// A loader that uses the table, as kexec-tools does, assumes that the zImage inflates where it was
/// loaded (K = L) and keeps everything else out of [L, L + S). So S covers, for every L in RAM, the
/// highest byte that is touched between the jump and `start_kernel` of the kernel inside:
///
///     S = max(T − R, B + P), rounded up to a page
///
/// - T, the end of the highest segment or of the inner kernel's footprint. It is an address that
///   does not depend on L, so it is farthest from the lowest possible L:
/// - R, the first byte of RAM.
/// - B, the bytes of the bundle, with the page by which it may be moved up.
/// - P, the pages in which Ferry keeps the segments before they are copied (``poolBytes``); it
///   takes them from [L, L + S) as long as there are any.
///
/// kexec-tools computes max(I + BSS, I + B + 0x11000) from the size word I and the BSS. The table
/// states BSS = B + 0x11000 and I = S − BSS, so that both are exactly S.
///
/// Source: kexec-tools 29898e1, kexec/arch/arm/kexec-zImage-arm.c, the use of TAG_KRNL_SIZE.
public struct WrapperSize: Sendable, Hashable {
  /// S, the size (docs/bundle.md).
  public let byteCount: ByteCount
  /// The size word of the table.
  public let sizeWord: UInt32
  /// The BSS of the table.
  public let bssBytes: UInt32

  /// The bytes that kexec-tools adds to the length of a zImage: stack, heap and a page.
  ///
  /// Source: kexec-tools 29898e1, kexec/arch/arm/kexec-zImage-arm.c, `extra_size`.
  public static let loaderExtra: UInt64 = 0x1_1000
  /// Pages of Ferry's pool beyond the segments and their list: the code buffer, and some spare
  /// ones.
  static let sparePages: UInt64 = 64
  /// The entries of a page of the list, without the one that leads to the next page.
  static let entriesPerPage: UInt64 = 1023

  /// Computes the size.
  ///
  /// - Parameters:
  ///   - bundle: B.
  ///   - segmentPages: The pages of all segments.
  ///   - segments: The number of segments.
  ///   - top: The highest byte that is touched, T − 1.
  ///   - ram: The first byte of RAM, R.
  ///   The result is nil when S is beyond 32 bits.
  public init?(
    bundle: UInt64, segmentPages: UInt64, segments: UInt64, top: PhysicalAddress,
    ram: PhysicalAddress
  ) {
    guard bundle < 1 << 32, segmentPages < 1 << 20, segments < 1 << 20 else { return nil }
    let pool = Self.poolBytes(segmentPages: segmentPages, segments: segments)
    let reach = (top.distance(from: ram)?.rawValue ?? 0).addingReportingOverflow(1).partialValue
    let bss = (bundle + Self.loaderExtra + 0xfff) & ~0xfff
    // Readers of the table require a kernel of 32 KiB at least.
    let least = max(reach, bundle + pool, bss + 0x8000)
    let size = (least + 0xfff) & ~0xfff
    guard reach < 1 << 32, let word = UInt32(exactly: size - bss), size < 1 << 32,
      let bssBytes = UInt32(exactly: bss)
    else { return nil }
    byteCount = ByteCount(size)
    sizeWord = word
    self.bssBytes = bssBytes
  }

  /// P: the pages of the segments, those of the list of entries (one for each page and each
  /// segment), and the code buffer.
  public static func poolBytes(segmentPages: UInt64, segments: UInt64) -> UInt64 {
    let entries = segmentPages + segments + 1
    let list = (entries + entriesPerPage - 1) / entriesPerPage
    return (segmentPages + list + sparePages) * UInt64(BundleFormat.pageBytes)
  }
}

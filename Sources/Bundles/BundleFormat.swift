// SPDX-License-Identifier: Apache-2.0

/// The figures of the bundle format, version 1. All words are little-endian; offsets count from
/// byte 0 of the bundle, which is loaded at L.
///
/// The parts stand in this order: Ferry's image, which begins with a zImage header and the tag
/// table; at the next page the manifest; at pages of their own the bytes of each segment; one page
/// of zeros. docs/bundle.md describes the format for other implementers.
public enum BundleFormat {
  /// The version of tag and manifest.
  public static let version: UInt32 = 1
  /// The page size: manifest and segments stand at multiples of it.
  public static let pageBytes: UInt32 = 4096

  /// Fields of the zImage header. Source: arch/arm/boot/compressed/head.S (Linux 6.1).
  public static let headerMagicOffset = 0x24
  /// The address the first byte was linked at; 0.
  public static let headerStartOffset = 0x28
  /// The length of the bundle.
  public static let headerEndOffset = 0x2c
  /// `0x04030201` in the order of data.
  public static let headerOrderOffset = 0x30
  /// The mark of a header with a tag table.
  public static let headerSecondMagicOffset = 0x34
  /// The offset of the tag table.
  public static let headerTableOffset = 0x38
  /// The offset of the end of the header's fields.
  public static let headerBytes = 0x3c

  static let headerMagic: UInt32 = 0x016f_2818
  static let headerOrder: UInt32 = 0x0403_0201
  static let headerSecondMagic: UInt32 = 0x4545_4545

  /// The room that Ferry's image leaves for the tag table, in bytes.
  public static let tableBytes = 128
  /// The tag in which a zImage states its sizes: `KLSZ`.
  public static let sizeTag: UInt32 = 0x5a53_4c4b
  static let sizeTagWords: UInt32 = 6
  /// The tag of a bundle: `KXBF`.
  public static let bundleTag: UInt32 = 0x4642_584b
  static let bundleTagWords: UInt32 = 12
  /// The tag of the digest of Ferry's image, right behind the bundle's: `KXFD`. Without it zeros
  /// stand there: such a bundle is older, and no digest protects its Ferry.
  static let ferryTag: UInt32 = 0x4446_584b
  /// The words of that tag: two, and a SHA-256.
  static let ferryTagWords: UInt32 = 10
  /// The most tags that are read, so that a hostile table costs no time.
  static let tagLimit = 64

  /// The first word of the manifest: `KXBM`.
  static let manifestMagic: UInt32 = 0x4d42_584b
  /// The most bytes of a manifest.
  public static let manifestLimit: UInt32 = 16 << 10
  /// The end of the manifest's digest, and the start of the bytes it covers.
  static let digestedOffset = 44
  /// The bytes of the manifest before its lists.
  static let fixedBytes = 112
  /// The bytes of an entry of the lists of ranges.
  static let rangeBytes = 8
  /// The bytes of an entry of the list of segments.
  static let segmentBytes = 64
  /// The most ranges in a list.
  public static let rangeLimit: UInt32 = 512
  /// The most segments, as for `kexec_load`. Source: include/uapi/linux/kexec.h (Linux 6.1).
  public static let segmentLimit: UInt32 = 16
  /// The index that stands for no segment.
  static let noSegment: UInt32 = 0xffff_ffff
}

/// The options of a bundle.
public struct BundleFlags: OptionSet, Sendable, Hashable {
  /// The word in tag and manifest.
  public let rawValue: UInt32

  /// Wraps a word.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A device tree that the loader passes in r2 replaces the bundled one.
  public static let treeFromLoader = Self(rawValue: 1)
  /// Ferry's own text is mapped writable.
  public static let textIsWritable = Self(rawValue: 2)
  /// Ferry drops from HYP mode to SVC mode before it enters the kernel.
  public static let dropsHYP = Self(rawValue: 4)

  static let known = Self(rawValue: 7)
}

/// The serial port of Ferry's output, as data: before each byte Ferry waits until the masked status
/// equals a value.
public struct BundleUART: Sendable, Hashable {
  /// The address of the first register; 0 for no output.
  public var base: UInt32
  /// The offset of the register that bytes are written to.
  public var transmitOffset: UInt32
  /// The offset of the register that shows whether there is room.
  public var statusOffset: UInt32
  /// The bits of the status that count.
  public var mask: UInt32
  /// Their value when there is room for a byte.
  public var ready: UInt32
  /// The bytes of an access: 1 or 4.
  public var accessBytes: UInt32

  /// Groups the figures of a serial port.
  public init(
    base: UInt32, transmitOffset: UInt32, statusOffset: UInt32, mask: UInt32, ready: UInt32,
    accessBytes: UInt32
  ) {
    self.base = base
    self.transmitOffset = transmitOffset
    self.statusOffset = statusOffset
    self.mask = mask
    self.ready = ready
    self.accessBytes = accessBytes
  }

  /// No serial port.
  public static let none = Self(
    base: 0, transmitOffset: 0, statusOffset: 0, mask: 0, ready: 0, accessBytes: 0)

  /// ARM's PL011: UARTDR at 0, UARTFR at 0x18 with TXFF in bit 5.
  ///
  /// Source: ARM DDI 0183G, 3.3.1 and 3.3.3.
  public static func pl011(_ base: UInt32) -> Self {
    Self(
      base: base, transmitOffset: 0, statusOffset: 0x18, mask: 0x20, ready: 0, accessBytes: 4)
  }

  /// A 16550 or a compatible port: THR at register 0, LSR at register 5 with THRE in bit 5.
  ///
  /// - Parameters:
  ///   - base: The address of register 0.
  ///   - shift: The distance of the registers is 2 to this power; at most 4.
  ///   - accessBytes: 1 or 4.
  /// - Returns: The port.
  ///
  /// Source: TI PC16550D, table 2; Documentation/devicetree/bindings/serial/8250.yaml (Linux 6.1).
  public static func ns16550(_ base: UInt32, shift: UInt32, accessBytes: UInt32) -> Self {
    Self(
      base: base, transmitOffset: 0, statusOffset: 5 << min(shift, 4), mask: 0x20, ready: 0x20,
      accessBytes: accessBytes)
  }

  /// Whether there is no port.
  public var isSilent: Bool { base == 0 }
}

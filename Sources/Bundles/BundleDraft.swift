// SPDX-License-Identifier: Apache-2.0
public import Handover
public import PhysicalMemory

/// The content of a bundle before it is written.
public struct BundleDraft: Sendable {
  /// Bytes and the memory they are put into.
  public struct Segment: Sendable {
    /// The name of the segment.
    public var name: BundleName
    /// Its place, whole pages; memory behind the bytes is zeroed.
    public var range: PhysicalRange
    /// Its bytes.
    public var bytes: [UInt8]

    /// Groups the parts of a segment.
    public init(name: BundleName, range: PhysicalRange, bytes: [UInt8]) {
      self.name = name
      self.range = range
      self.bytes = bytes
    }
  }

  /// The figures of the kernel inside, for readers.
  public struct Inner: Sendable, Hashable {
    /// The inflated size without BSS.
    public var inflatedBytes: UInt32
    /// The BSS.
    public var bssBytes: UInt32
    /// TEXT_OFFSET.
    public var textOffset: UInt32

    /// Groups the figures.
    public init(inflatedBytes: UInt32, bssBytes: UInt32, textOffset: UInt32) {
      self.inflatedBytes = inflatedBytes
      self.bssBytes = bssBytes
      self.textOffset = textOffset
    }
  }

  /// The options of the bundle.
  public var flags: BundleFlags = []
  /// How the relocation code gets its parameters.
  public var strategy = RebootCodeStrategy.arguments
  /// The first of the four stores of ``RebootCodeStrategy/inText`` that is made.
  public var firstInTextStore: UInt32 = 0
  /// The address of the jump.
  public var entry: UInt32
  /// r1 of the kernel.
  public var r1: UInt32
  /// r2 of the kernel.
  public var r2: UInt32
  /// The serial port.
  public var uart = BundleUART.none
  /// All RAM; parts beyond 4 GiB are left out.
  public var ram: RangeSet
  /// Memory that must not be touched; parts beyond 4 GiB are left out.
  public var reserved: RangeSet
  /// The segments, in any order.
  public var segments: [Segment]
  /// The figures of the kernel inside.
  public var inner: Inner
  /// The ranges that are written before `start_kernel`, besides the segments.
  public var footprint: RangeSet

  /// The name of the segment that is the device tree.
  public static let treeName = "dtb"

  /// Groups the content of a bundle.
  public init(
    entry: UInt32, r1: UInt32, r2: UInt32, ram: RangeSet, reserved: RangeSet,
    segments: [Segment], inner: Inner, footprint: RangeSet = RangeSet()
  ) {
    self.entry = entry
    self.r1 = r1
    self.r2 = r2
    self.ram = ram
    self.reserved = reserved
    self.segments = segments
    self.inner = inner
    self.footprint = footprint
  }
}

/// A finished bundle.
public struct WrittenBundle: Sendable {
  /// The bundle.
  public let bytes: [UInt8]
  /// The memory that it asks loaders for.
  public let size: WrapperSize
}

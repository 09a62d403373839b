// SPDX-License-Identifier: Apache-2.0
public import Handover
public import PhysicalMemory

/// What a bundle is written from.
public struct BundleDraft: Sendable {
  /// Bytes and the memory they are put into.
  public struct Segment: Sendable {
    /// What they are.
    public var name: BundleName
    /// Where they go, whole pages; what they do not fill is zeroed.
    public var range: PhysicalRange
    /// The bytes.
    public var bytes: [UInt8]

    /// States a segment.
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

    /// States the figures.
    public init(inflatedBytes: UInt32, bssBytes: UInt32, textOffset: UInt32) {
      self.inflatedBytes = inflatedBytes
      self.bssBytes = bssBytes
      self.textOffset = textOffset
    }
  }

  /// What is asked for beyond the segments.
  public var flags: BundleFlags = []
  /// How the parameters come to the relocation code.
  public var strategy = RebootCodeStrategy.arguments
  /// The first of the four stores of ``RebootCodeStrategy/inText`` that is made.
  public var firstInTextStore: UInt32 = 0
  /// The address that is entered.
  public var entry: UInt32
  /// r1 of the kernel.
  public var r1: UInt32
  /// r2 of the kernel.
  public var r2: UInt32
  /// The serial port.
  public var uart = BundleUART.none
  /// All RAM; what lies beyond 4 GiB is left out.
  public var ram: RangeSet
  /// What must not be touched; what lies beyond 4 GiB is left out.
  public var reserved: RangeSet
  /// The segments, in any order.
  public var segments: [Segment]
  /// The figures of the kernel inside.
  public var inner: Inner
  /// What is written before `start_kernel`, besides the segments.
  public var footprint: RangeSet

  /// The name of the segment that is the device tree.
  public static let treeName = "dtb"

  /// States what a bundle holds.
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

/// A bundle that was written.
public struct WrittenBundle: Sendable {
  /// The bundle.
  public let bytes: [UInt8]
  /// What it asks of loaders.
  public let size: WrapperSize
}

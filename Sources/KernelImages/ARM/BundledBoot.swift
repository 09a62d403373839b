// SPDX-License-Identifier: Apache-2.0
public import Bundles
import Digests
public import Handover
public import PhysicalMemory

/// What is in a bundle, as values.
public struct BundledBoot: Sendable, Hashable {
  /// A segment of a bundle.
  public struct Segment: Sendable, Hashable {
    /// What it holds.
    public let name: String
    /// Where it is to lie.
    public let range: PhysicalRange
    /// Where its bytes stand in the bundle.
    public let fileOffset: UInt64
    /// How many there are.
    public let fileBytes: ByteCount
    /// Their SHA-256, 64 hexadecimal digits.
    public let sha256: String
  }

  /// The length of the bundle.
  public let byteCount: ByteCount
  /// The length of Ferry's image, which stands before the manifest.
  public let ferryBytes: ByteCount
  /// S: what the wrapper asks of loaders, from where it is loaded on.
  public let wrapperBytes: ByteCount
  /// The inflated size of the kernel inside, without BSS.
  public let innerInflatedBytes: ByteCount
  /// The BSS of the kernel inside.
  public let innerBSSBytes: ByteCount
  /// TEXT_OFFSET of the kernel inside.
  public let innerTextOffset: ByteCount
  /// What is asked for beyond the segments.
  public let flags: BundleFlags
  /// How the parameters come to the relocation code.
  public let strategy: RebootCodeStrategy
  /// The address that is entered.
  public let entry: PhysicalAddress
  /// r1 of the kernel.
  public let r1: UInt32
  /// r2 of the kernel.
  public let r2: UInt32
  /// The serial port that Ferry speaks on.
  public let uart: BundleUART
  /// All RAM that the bundle knows.
  public let ram: RangeSet
  /// What Ferry keeps away from.
  public let reserved: RangeSet
  /// The segments, the lowest first.
  public let segments: [Segment]

  /// Takes over what a bundle says.
  init(_ bundle: borrowing Bundle) {
    let (tag, manifest) = (bundle.tag, bundle.manifest)
    func count(_ value: UInt32) -> ByteCount { ByteCount(UInt64(value)) }
    byteCount = count(tag.bundleBytes)
    ferryBytes = count(tag.manifestOffset)
    wrapperBytes = count(tag.wrapperBytes)
    innerInflatedBytes = count(tag.innerInflatedBytes)
    innerBSSBytes = count(tag.innerBSSBytes)
    innerTextOffset = count(tag.innerTextOffset)
    flags = manifest.flags
    strategy = manifest.strategy
    entry = PhysicalAddress(UInt64(manifest.entry))
    r1 = manifest.r1
    r2 = manifest.r2
    uart = manifest.uart
    var ram = RangeSet()
    for index in 0..<manifest.ramCount {
      if let range = manifest.ram(index) { ram.insert(range) }
    }
    self.ram = ram
    var reserved = RangeSet()
    for index in 0..<manifest.reservedCount {
      if let range = manifest.reserved(index) { reserved.insert(range) }
    }
    self.reserved = reserved
    var segments: [Segment] = []
    for index in 0..<manifest.segmentCount {
      guard let segment = manifest.segment(index) else { continue }
      var digest: [UInt8] = []
      for place in 0..<32 { digest.append(segment.digest[place]) }
      segments.append(
        Segment(
          name: segment.name.description, range: segment.range,
          fileOffset: UInt64(segment.fileOffset), fileBytes: count(segment.fileBytes),
          sha256: hexadecimalText(of: digest)))
    }
    self.segments = segments
  }

  /// Whether a device tree that the loader passes is used.
  public var takesTree: Bool { flags.contains(.treeFromLoader) }
}

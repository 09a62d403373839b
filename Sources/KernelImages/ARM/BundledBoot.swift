// SPDX-License-Identifier: Apache-2.0
public import Bundles
import Digests
public import Handover
public import PhysicalMemory

/// The content of a bundle, as values.
public struct BundledBoot: Sendable, Hashable {
  /// A segment of a bundle.
  public struct Segment: Sendable, Hashable {
    /// The name of its content.
    public let name: String
    /// The range that it is copied to.
    public let range: PhysicalRange
    /// The offset of its bytes in the bundle.
    public let fileOffset: UInt64
    /// The number of its bytes.
    public let fileBytes: ByteCount
    /// Their SHA-256, 64 hexadecimal digits.
    public let sha256: String
  }

  /// The length of the bundle.
  public let byteCount: ByteCount
  /// The length of Ferry's image, which stands before the manifest.
  public let ferryBytes: ByteCount
  /// S, the memory that the wrapper asks of loaders, from its load address on (docs/bundle.md).
  public let wrapperBytes: ByteCount
  /// The inflated size of the kernel inside, without BSS.
  public let innerInflatedBytes: ByteCount
  /// The BSS of the kernel inside.
  public let innerBSSBytes: ByteCount
  /// TEXT_OFFSET of the kernel inside.
  public let innerTextOffset: ByteCount
  /// The options of the bundle.
  public let flags: BundleFlags
  /// How the relocation code gets its parameters.
  public let strategy: RebootCodeStrategy
  /// The address of the jump.
  public let entry: PhysicalAddress
  /// r1 of the kernel.
  public let r1: UInt32
  /// r2 of the kernel.
  public let r2: UInt32
  /// The serial port that Ferry writes to.
  public let uart: BundleUART
  /// All RAM that the bundle knows.
  public let ram: RangeSet
  /// The memory that Ferry must not touch.
  public let reserved: RangeSet
  /// The segments, the lowest first.
  public let segments: [Segment]

  /// Copies the content of a bundle.
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

  /// Whether a device tree from the loader is used.
  public var takesTree: Bool { flags.contains(.treeFromLoader) }
}

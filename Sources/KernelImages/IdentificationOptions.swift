// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import PhysicalMemory

/// The user's statements about a file, and how thoroughly it is read.
public struct IdentificationOptions: Sendable, Hashable {
  /// The stated kind of the file; nil lets the content decide. Only ``ImageKind/image`` changes how
  /// a file is read, because a plain Image has no magic number; any other kind is checked.
  public var type: ImageKind?
  /// The configuration of a FIT to use; nil for the one that fits the machine, or its default.
  /// Others may follow behind `#`; their trees are overlays.
  public var fitConfiguration: String?
  /// The root of the tree that the machine of the kernel runs with; nil when it is unknown. It is
  /// used only where the file leaves a choice.
  public var machineRoot: Node?
  /// Whether the payload is inflated even if the size table is enough.
  public var verify: Bool
  /// The ELF file of the same kernel, for figures that the image lacks.
  public var vmlinux: [UInt8]?
  /// I (docs/footprint.md), used when the image lacks it.
  public var inflatedBytes: ByteCount?
  /// The kernel's BSS, used when the image lacks it.
  public var bssBytes: ByteCount?
  /// I and BSS together (docs/footprint.md), used when the image lacks the BSS.
  public var imageSize: ByteCount?
  /// T (docs/footprint.md), used when the image lacks it.
  public var textOffset: ByteCount?
  /// PAGE_OFFSET, used when the image lacks it.
  public var pageOffset: UInt64?
  /// The most bytes that inflating may yield.
  public var inflationLimit: UInt64

  /// 128 MiB: a 32-bit ARM kernel must fit into its window of that size. More would take longer
  /// than a second and, as an array that grows, more than 256 MiB.
  public static let defaultInflationLimit: UInt64 = 128 << 20

  /// Options by which only the file decides, but for those that are given.
  public init(
    type: ImageKind? = nil, fitConfiguration: String? = nil, verify: Bool = false,
    inflationLimit: UInt64 = defaultInflationLimit
  ) {
    self.type = type
    self.fitConfiguration = fitConfiguration
    self.verify = verify
    self.inflationLimit = inflationLimit
  }
}

// SPDX-License-Identifier: Apache-2.0
public import DeviceTree
public import PhysicalMemory

/// What the user says about a file, and how thoroughly it is to be read.
public struct IdentificationOptions: Sendable, Hashable {
  /// What the file is said to be; nil to go by its content alone. Only ``ImageKind/image`` changes
  /// how a file is read, because a plain Image has no magic number; any other kind is checked.
  public var type: ImageKind?
  /// The configuration of a FIT to use; nil for the one that fits the machine, or its default. Behind
  /// `#` may stand others, whose trees are overlays.
  public var fitConfiguration: String?
  /// The root of the tree that the machine of the kernel runs with; nil when nobody says. It is looked
  /// at only where the file leaves a choice.
  public var machineRoot: Node?
  /// Whether the payload is inflated even where the size table would do.
  public var verify: Bool
  /// The ELF file of the same kernel, for figures that the image does not tell.
  public var vmlinux: [UInt8]?
  /// I, used when the image does not tell it.
  public var inflatedBytes: ByteCount?
  /// The kernel's BSS, used when the image does not tell it.
  public var bssBytes: ByteCount?
  /// I and BSS together, used when the image does not tell the BSS.
  public var imageSize: ByteCount?
  /// T, used when the image does not tell it.
  public var textOffset: ByteCount?
  /// PAGE_OFFSET, used when the image does not tell it.
  public var pageOffset: UInt64?
  /// The most bytes that inflating may yield.
  public var inflationLimit: UInt64

  /// 128 MiB: a 32-bit ARM kernel must fit into its window of that size. More would take longer
  /// than a second and, as an array that grows, more than 256 MiB.
  public static let defaultInflationLimit: UInt64 = 128 << 20

  /// States the options; by default, the file alone is asked.
  public init(
    type: ImageKind? = nil, fitConfiguration: String? = nil, verify: Bool = false,
    vmlinux: [UInt8]? = nil, inflatedBytes: ByteCount? = nil, bssBytes: ByteCount? = nil,
    imageSize: ByteCount? = nil, textOffset: ByteCount? = nil, pageOffset: UInt64? = nil,
    inflationLimit: UInt64 = defaultInflationLimit
  ) {
    self.type = type
    self.fitConfiguration = fitConfiguration
    self.verify = verify
    self.vmlinux = vmlinux
    self.inflatedBytes = inflatedBytes
    self.bssBytes = bssBytes
    self.imageSize = imageSize
    self.textOffset = textOffset
    self.pageOffset = pageOffset
    self.inflationLimit = inflationLimit
  }
}

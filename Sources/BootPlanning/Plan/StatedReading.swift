// SPDX-License-Identifier: Apache-2.0
public import KernelImages
public import PhysicalMemory

/// What the user said of how the kernel's file is to be read. A plan is made again only with the same.
public struct StatedReading: Sendable, Hashable {
  /// What the file is said to be.
  public var type: ImageKind?
  /// The configuration of a FIT.
  public var fitConfiguration: String?
  /// Which of the trees in the file is taken, from 0 on.
  public var treeIndex: Int?
  /// Inflated size and BSS together, for a kernel that does not tell.
  public var imageBytes: ByteCount?
  /// PAGE_OFFSET, for a kernel that does not tell.
  public var pageOffset: UInt64?

  /// States what was said; by default nothing.
  public init(
    type: ImageKind? = nil, fitConfiguration: String? = nil, treeIndex: Int? = nil,
    imageBytes: ByteCount? = nil, pageOffset: UInt64? = nil
  ) {
    self.type = type
    self.fitConfiguration = fitConfiguration
    self.treeIndex = treeIndex
    self.imageBytes = imageBytes
    self.pageOffset = pageOffset
  }

  /// Whether nothing was said.
  public var isEmpty: Bool { self == Self() }
}

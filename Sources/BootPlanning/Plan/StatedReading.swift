// SPDX-License-Identifier: Apache-2.0
public import KernelImages
public import PhysicalMemory

/// The user's statements about how to read the kernel's file. A plan is repeatable only with the
/// same.
public struct StatedReading: Sendable, Hashable {
  /// The stated kind of the file.
  public var type: ImageKind?
  /// The configuration of a FIT.
  public var fitConfiguration: String?
  /// The index of the tree to use among those in the file, from 0 on.
  public var treeIndex: Int?
  /// Inflated size and BSS together, for a kernel that does not show it.
  public var imageBytes: ByteCount?
  /// PAGE_OFFSET, for a kernel that does not show it.
  public var pageOffset: UInt64?

  /// Groups the statements; by default there are none.
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

  /// Whether the user stated nothing.
  public var isEmpty: Bool { self == Self() }
}

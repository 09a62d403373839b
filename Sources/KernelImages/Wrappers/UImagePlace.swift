// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The place that U-Boot's `bootm` loads the kernel of a uImage to.
public struct UImagePlace: Sendable, Hashable {
  /// The load address of the header; nil when the kernel runs where the file lies.
  public let load: PhysicalAddress?
  /// The offset of the content in the file, in bytes.
  public let offset: ByteCount
  /// Whether the content is compressed, so that it cannot run where the file lies.
  public let isCompressed: Bool

  /// Groups the parts of a place.
  public init(load: PhysicalAddress?, offset: ByteCount, isCompressed: Bool) {
    self.load = load
    self.offset = offset
    self.isCompressed = isCompressed
  }
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The place and the size of one part of the new kernel.
public struct KImageSegment: Hashable, Sendable {
  /// The first byte of its memory, a multiple of the page.
  public let first: PhysicalAddress
  /// The size of its memory, a multiple of the page.
  public let memoryBytes: ByteCount
  /// The bytes that are copied to its beginning; all bytes behind them are zeros.
  public let fileBytes: ByteCount

  /// Groups the figures of a segment; ``KImageLayout`` checks them.
  public init(first: PhysicalAddress, memoryBytes: ByteCount, fileBytes: ByteCount) {
    self.first = first
    self.memoryBytes = memoryBytes
    self.fileBytes = fileBytes
  }
}

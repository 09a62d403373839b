// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Where one piece of the new kernel goes, and how much of it there is.
public struct KImageSegment: Hashable, Sendable {
  /// The first byte it takes in memory, a multiple of the page.
  public let first: PhysicalAddress
  /// The bytes it takes in memory, a multiple of the page.
  public let memoryBytes: ByteCount
  /// The bytes that are copied to its beginning; all behind them is zeros.
  public let fileBytes: ByteCount

  /// States a segment; ``KImageLayout`` judges it.
  public init(first: PhysicalAddress, memoryBytes: ByteCount, fileBytes: ByteCount) {
    self.first = first
    self.memoryBytes = memoryBytes
    self.fileBytes = fileBytes
  }
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The machine as ``KImageBuilder`` needs it: free physical memory by pages, and the files that go
/// there.
///
/// The builder uses addresses in pages that it was given, and in the destinations of a crash image;
/// no access crosses a page.
public protocol PhysicalPages {
  /// Hands out a free page, in any order.
  ///
  /// A page may lie in a destination; it must hold no data that are still needed. Each page comes
  /// once, unless it was given back: otherwise it would get two contents.
  ///
  /// - Returns: The first byte, or nil when no page is left.
  mutating func takePage() -> PhysicalAddress?

  /// Takes back an unused page: after a failure, and for a crash image.
  mutating func giveBack(_ page: PhysicalAddress)

  /// Reads the word at a multiple of four.
  func word(at address: PhysicalAddress) -> UInt32

  /// Writes the word at a multiple of four.
  mutating func setWord(_ word: UInt32, at address: PhysicalAddress)

  /// Copies one whole page onto another.
  mutating func copyPage(from source: PhysicalAddress, to destination: PhysicalAddress)

  /// Copies bytes of a segment's file.
  ///
  /// - Parameters:
  ///   - segment: The index of the segment.
  ///   - offset: The first byte in the file.
  ///   - count: The number of bytes, at least one; the file has all of them.
  ///   - destination: The first byte of a page.
  mutating func copyFile(
    ofSegment segment: Int, from offset: ByteCount, count: ByteCount,
    to destination: PhysicalAddress)

  /// Fills with zeros up to the end of a page.
  ///
  /// - Parameters:
  ///   - address: The first byte, at any alignment.
  ///   - count: The number of bytes, at least one.
  mutating func zero(from address: PhysicalAddress, count: ByteCount)
}

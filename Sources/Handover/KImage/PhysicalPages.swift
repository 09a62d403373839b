// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Free physical memory, page by page, and the files that are to go there: what
/// ``KImageBuilder`` needs of the machine.
///
/// Addresses that the builder gives lie in pages that it was handed out, and in the destinations of
/// a crash image; no access crosses a page.
public protocol PhysicalPages {
  /// Hands out a free page, in any order.
  ///
  /// A page may lie in a destination; it must hold nothing that is still needed. Each page comes
  /// once, unless it was given back: what comes twice would hold two things.
  /// - Returns: The first byte, or nil when no page is left.
  mutating func takePage() -> PhysicalAddress?

  /// Takes back a page that has no use: after a failure, and of a crash image.
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
  ///   - count: The bytes, all of which the file has; at least one.
  ///   - destination: The first byte of a page.
  mutating func copyFile(
    ofSegment segment: Int, from offset: ByteCount, count: ByteCount,
    to destination: PhysicalAddress)

  /// Fills with zeros up to the end of a page.
  ///
  /// - Parameters:
  ///   - address: The first byte, at any alignment.
  ///   - count: The bytes, at least one.
  mutating func zero(from address: PhysicalAddress, count: ByteCount)
}

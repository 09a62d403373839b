// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The reason why no list can be built. Segments are named by their index.
public enum KImageError: Error, Hashable, Sendable {
  /// A page has fewer than 16 bytes, or more than 2 GiB.
  case pageSize(ByteCount)
  /// There is no segment.
  case nothingToLoad
  /// A segment takes no memory.
  case empty(segment: Int)
  /// The start or the end of a segment is no multiple of the page.
  case unaligned(segment: Int, first: PhysicalAddress, memoryBytes: ByteCount)
  /// A segment does not end below the last byte of 4 GiB. Linux 6.1 (sanity_check_segment_list)
  /// refuses that, and the destination would wrap round to 0.
  case beyondAddresses(segment: Int, first: PhysicalAddress, memoryBytes: ByteCount)
  /// A segment's file is larger than its memory.
  case fileExceedsMemory(segment: Int, fileBytes: ByteCount, memoryBytes: ByteCount)
  /// Two segments share a page.
  case overlap(segment: Int, with: Int, at: PhysicalAddress)
  /// A segment of a crash image is not inside the memory that is reserved for it.
  case outsideReservation(segment: Int, reserved: PhysicalRange)
  /// The pool has no page left.
  case outOfPages(staged: UInt64, of: UInt64)
  /// The pool hands out an address that is no page below 4 GiB.
  case unusablePage(PhysicalAddress)
  /// The pool hands out a page a second time.
  case handedOutTwice(PhysicalAddress)
  /// There is no segment with this index.
  case noSegment(Int)
  /// A segment would be staged a second time.
  case stagedTwice(segment: Int)
  /// The list would end before a segment was staged.
  case notStaged(segment: Int)
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// One word of the list that the relocation code runs: the address of a page, and in the low bits
/// the kind of the page.
///
/// Source: Linux 6.1, include/linux/kexec.h (IND_DESTINATION and following). The word has 32 bits, as
/// on ARM; every page size that is a power of two from 16 bytes on leaves room for the four bits.
public struct KImageEntry: Hashable, Sendable {
  /// The kind of an entry.
  public enum Kind: UInt32, Sendable {
    /// Sources from here on are copied to this page and the pages behind it.
    case destination = 1
    /// The list goes on with the first word of this page.
    case indirection = 2
    /// The list ends.
    case done = 4
    /// This page is copied to the destination, which then moves up by a page.
    case source = 8
  }

  /// The word as it stands in memory.
  public let rawValue: UInt32

  /// Takes a word from memory as it is.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Makes an entry.
  ///
  /// - Parameters:
  ///   - kind: The kind of the page.
  ///   - page: The first byte of the page.
  /// The result is nil when the word cannot hold the address, or the address hides the kind.
  public init?(_ kind: Kind, _ page: PhysicalAddress) {
    guard let address = UInt32(exactly: page.rawValue), address & 0xf == 0 else { return nil }
    rawValue = address | kind.rawValue
  }

  /// A place in the list that is not written yet.
  public static let empty = Self(rawValue: 0)
  /// The end of the list.
  public static let done = Self(rawValue: Kind.done.rawValue)

  /// Reads the kind of the entry.
  ///
  /// - Parameter page: The size of a page.
  /// - Returns: nil when it has no kind, or several.
  public func kind(page: Alignment) -> Kind? {
    Kind(rawValue: rawValue & UInt32(truncatingIfNeeded: page.mask))
  }

  /// Reads the address of the entry's page.
  ///
  /// - Parameter page: The size of a page.
  /// - Returns: The first byte of the page.
  public func address(page: Alignment) -> PhysicalAddress {
    PhysicalAddress(UInt64(rawValue)).roundedDown(to: page)
  }
}

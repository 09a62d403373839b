// SPDX-License-Identifier: Apache-2.0

/// The uses of the pages from a pool.
public struct KImageCounts: Hashable, Sendable {
  /// Destination pages that have their source.
  public internal(set) var staged: UInt64 = 0
  /// Of these, pages that are their own source: the pool handed out the destination itself.
  public internal(set) var inPlace: UInt64 = 0
  /// Sources that were moved into their destination, since the pool handed it out later.
  public internal(set) var moved: UInt64 = 0
  /// Pages that were handed out although they are later destinations.
  public internal(set) var setAside: UInt64 = 0
  /// Pages of the list.
  public internal(set) var indirection: UInt64 = 0

  /// No page yet.
  public init() {}
}

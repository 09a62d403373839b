// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Follows a list in memory, entry by entry.
///
/// To find a cycle it remembers two page addresses: one waits for the other to come by, and moves
/// up to it after 1, 2, 4, 8… links. Source: R. P. Brent, An improved Monte Carlo factorization
/// algorithm (1980).
/// algorithm (1980).
struct KImageWalk {
  /// An entry and its address.
  struct Step {
    let entry: KImageEntry
    let kind: KImageEntry.Kind
    let place: PhysicalAddress
  }

  let page: Alignment
  let ram: RangeSet
  /// The page of the list with the next entries.
  private(set) var listPage: PhysicalAddress
  private var place: PhysicalAddress?
  private var waiting: PhysicalAddress
  private var links: UInt64 = 0
  private var patience: UInt64 = 1

  init(from first: PhysicalAddress, page: Alignment, ram: RangeSet) throws(KImageDefect) {
    guard ram.contains(page: first, page) else { throw .outsideRAM(first, at: first) }
    self.page = page
    self.ram = ram
    listPage = first
    waiting = first
    place = first
  }

  /// Gives the next entry; nil behind the last.
  mutating func next(
    _ read: (PhysicalAddress) -> UInt32?
  ) throws(KImageDefect) -> Step? {
    guard let place else { return nil }
    guard place.roundedDown(to: page) == listPage else { throw .notDone(page: listPage) }
    guard let word = read(place) else { throw .outsideRAM(place, at: place) }
    let entry = KImageEntry(rawValue: word)
    guard let kind = entry.kind(page: page) else { throw .unknownEntry(entry, at: place) }
    switch kind {
    case .done: self.place = nil
    case .indirection: try follow(entry.address(page: page), from: place)
    case .destination, .source: self.place = place.advanced(by: ByteCount(UInt64(4)))
    }
    return Step(entry: entry, kind: kind, place: place)
  }

  private mutating func follow(
    _ link: PhysicalAddress, from place: PhysicalAddress
  ) throws(KImageDefect) {
    guard ram.contains(page: link, page) else { throw .outsideRAM(link, at: place) }
    if link == waiting { throw .cycle(link) }
    links += 1
    if links == patience {
      waiting = link
      patience *= 2
    }
    listPage = link
    self.place = link
  }
}

extension RangeSet {
  /// Whether every byte of a page is in the set.
  func contains(page first: PhysicalAddress, _ page: Alignment) -> Bool {
    guard let range = PhysicalRange(start: first, count: page.byteCount) else { return false }
    return contains(range)
  }
}

// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A checked list from memory: it ends, and no copy destroys bytes that are still needed.
///
/// The memory it needs grows with the ranges that are written, not with the pages.
public struct KImageList: Hashable, Sendable {
  /// The ranges that are written, in this order; adjacent pages are one range.
  public private(set) var destinations: [PhysicalRange] = []
  /// The number of pages that are copied.
  public private(set) var copies: UInt64 = 0
  /// The number of pages of the list itself.
  public private(set) var indirectionPages: UInt64 = 0

  /// Reads and checks a list.
  ///
  /// - Parameters:
  ///   - head: The entry before the first.
  ///   - controlPage: The first byte of the page of the code that runs the list.
  ///   - page: The size of a page.
  ///   - ram: The ranges with memory.
  ///   - read: Gives the word at a multiple of four, nil when there is none.
  /// - Throws: ``KImageDefect``
  public init(
    checking head: KImageEntry, controlPage: PhysicalAddress, page: Alignment, ram: RangeSet,
    reading read: (PhysicalAddress) -> UInt32?
  ) throws(KImageDefect) {
    if head == .done { return }
    guard head.kind(page: page) == .indirection else { throw .wrongHead(head) }
    let first = head.address(page: page)
    guard first.rawValue != 0 else { throw .listAtZero }
    let walk = try KImageWalk(from: first, page: page, ram: ram)

    // The check for an end comes first: other defects of a list that goes round in a cycle do not
    // matter.
    var ending = walk
    indirectionPages = 1
    while let step = try ending.next(read) {
      if step.kind == .indirection { indirectionPages += 1 }
    }
    try follow(walk, controlPage, read)
    try spareList(walk, read)
  }

  private mutating func follow(
    _ walk: KImageWalk, _ controlPage: PhysicalAddress, _ read: (PhysicalAddress) -> UInt32?
  ) throws(KImageDefect) {
    var walk = walk
    var destination: PhysicalAddress?
    while let step = try walk.next(read) {
      let address = step.entry.address(page: walk.page)
      if step.kind == .destination { destination = address }
      guard step.kind == .source else { continue }
      guard let to = destination else { throw .noDestination(at: step.place) }
      if !walk.ram.contains(page: address, walk.page) {
        throw .outsideRAM(address, at: step.place)
      }
      if !walk.ram.contains(page: to, walk.page) { throw .outsideRAM(to, at: step.place) }
      if writes(address) { throw .sourceOverwritten(address, at: step.place) }
      if writes(to) { throw .writtenTwice(to, at: step.place) }
      if to == controlPage { throw .codeOverwritten(to, at: step.place) }
      add(to, walk.page)
      destination = to.advanced(by: walk.page.byteCount)
      copies += 1
    }
  }

  private func spareList(
    _ walk: KImageWalk, _ read: (PhysicalAddress) -> UInt32?
  ) throws(KImageDefect) {
    var walk = walk
    if writes(walk.listPage) { throw .listOverwritten(walk.listPage) }
    while let step = try walk.next(read) {
      if step.kind == .indirection, writes(walk.listPage) { throw .listOverwritten(walk.listPage) }
    }
  }

  private func writes(_ address: PhysicalAddress) -> Bool {
    for range in destinations where range.contains(address) { return true }
    return false
  }

  private mutating func add(_ first: PhysicalAddress, _ page: Alignment) {
    guard let range = PhysicalRange(start: first, count: page.byteCount) else { return }
    if let run = destinations.last, run.end == first,
      let longer = PhysicalRange(first: run.first, last: range.last)
    {
      destinations[destinations.count - 1] = longer
    } else {
      destinations.append(range)
    }
  }
}

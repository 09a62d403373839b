// SPDX-License-Identifier: Apache-2.0

/// A range of memory that must not be touched, and the reason.
public struct ReservedRange: Hashable, Sendable {
  /// The bytes that are reserved.
  public let range: PhysicalRange
  /// Who reserved them, short enough for a table: `reserved-memory/cma`.
  public let why: String
  /// Whether the user reserves them by an option, and not the machine.
  public let isWished: Bool

  /// Makes a reservation.
  public init(_ range: PhysicalRange, why: String, isWished: Bool = false) {
    self.range = range
    self.why = why
    self.isWished = isWished
  }

  /// Whether the same bytes are reserved for the same reason. Whose wish it was is in no document, so a plan that
  /// was read back must equal one that is made anew.
  public static func == (one: Self, other: Self) -> Bool {
    one.range == other.range && one.why == other.why
  }

  /// Hashes what ``==(_:_:)`` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(range)
    hasher.combine(why)
  }
}

/// The physical memory of a machine: its RAM, and the parts of it that are taken.
public struct MemoryMap: Hashable, Sendable {
  /// All RAM, reserved parts included.
  public var ram: RangeSet
  /// The reservations, lowest first; they may overlap each other and lie outside RAM.
  public private(set) var reserved: [ReservedRange]

  /// Makes a memory map.
  ///
  /// - Parameters:
  ///   - ram: All RAM, reserved parts included.
  ///   - reserved: The reservations, in any order.
  public init(ram: RangeSet = RangeSet(), reserved: [ReservedRange] = []) {
    self.ram = ram
    self.reserved = []
    reserve(reserved)
  }

  /// Adds a reservation unless the map has the same one already.
  public mutating func reserve(_ entry: ReservedRange) { reserve([entry]) }

  /// Adds reservations, each unless the map has the same one already.
  public mutating func reserve(_ entries: [ReservedRange]) {
    guard !entries.isEmpty else { return }
    // Reservations of one range keep the order they came in. To find duplicates without comparing
    // all pairs, the places are sorted by range and reason: duplicates are then neighbours.
    let all = reserved + entries
    let order = stableOrder(all.count) { one, other in
      let (a, b) = (all[one], all[other])
      if a.range != b.range { return (a.range.first, a.range.last) < (b.range.first, b.range.last) }
      if !a.why.utf8.elementsEqual(b.why.utf8) {
        return a.why.isBefore(b.why)
      }
      return one < other
    }
    var kept: [Int] = []
    kept.reserveCapacity(order.count)
    for index in order {
      if let last = kept.last, all[last] == all[index] { continue }
      kept.append(index)
    }
    let byRange = stableOrder(kept.count) { one, other in
      let (a, b) = (all[kept[one]].range, all[kept[other]].range)
      return a != b ? (a.first, a.last) < (b.first, b.last) : kept[one] < kept[other]
    }
    reserved = byRange.map { all[kept[$0]] }
  }

  /// RAM without its reserved parts.
  public var free: RangeSet { ram.subtracting(reservedRanges) }

  /// Everything that is reserved, be it RAM or not.
  public var reservedRanges: RangeSet { RangeSet(reserved.map { $0.range }) }

  /// Gives the reservations that share a byte with a range, lowest first.
  public func reservations(in range: PhysicalRange) -> [ReservedRange] {
    reserved.filter { $0.range.overlaps(range) }
  }
}

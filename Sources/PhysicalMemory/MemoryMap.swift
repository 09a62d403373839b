// SPDX-License-Identifier: Apache-2.0

/// A range of memory that must not be touched, and the reason.
public struct ReservedRange: Hashable, Sendable {
  /// The bytes that are reserved.
  public let range: PhysicalRange
  /// Who reserved them, short enough for a table: `reserved-memory/cma`.
  public let why: String

  /// Notes a reservation.
  public init(_ range: PhysicalRange, why: String) {
    self.range = range
    self.why = why
  }
}

/// The physical memory of a machine: what is RAM, and which parts of it are taken.
public struct MemoryMap: Hashable, Sendable {
  /// All RAM, reserved parts included.
  public var ram: RangeSet
  /// What must not be touched, lowest first; entries may overlap each other and lie outside RAM.
  public private(set) var reserved: [ReservedRange]

  /// Makes a memory map.
  ///
  /// - Parameters:
  ///   - ram: All RAM, reserved parts included.
  ///   - reserved: What must not be touched, in any order.
  public init(ram: RangeSet = RangeSet(), reserved: [ReservedRange] = []) {
    self.ram = ram
    self.reserved = []
    for entry in reserved { reserve(entry) }
  }

  /// Adds a reservation unless the same stands already.
  public mutating func reserve(_ entry: ReservedRange) {
    guard !reserved.contains(entry) else { return }
    let place =
      reserved.firstIndex {
        ($0.range.first, $0.range.last) > (entry.range.first, entry.range.last)
      } ?? reserved.endIndex
    reserved.insert(entry, at: place)
  }

  /// RAM without its reserved parts.
  public var free: RangeSet {
    var result = ram
    for entry in reserved { result.subtract(entry.range) }
    return result
  }

  /// Gives the reservations that share a byte with a range, lowest first.
  public func reservations(in range: PhysicalRange) -> [ReservedRange] {
    reserved.filter { $0.range.overlaps(range) }
  }
}

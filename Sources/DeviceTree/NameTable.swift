// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Sorted names without duplicates, found by bisecting. Data of a name are kept outside, in an
/// array with an element for each name.
///
/// A dictionary would take 25 KB of code, and a hash that hostile names must not know.
package struct NameTable: Sendable {
  private let names: [[UInt8]]

  /// Lists names; duplicates are allowed.
  package init(_ names: [[UInt8]]) {
    var distinct: [[UInt8]] = []
    distinct.reserveCapacity(names.count)
    for place in stableOrder(names.count, { precedes(names[$0], names[$1]) })
    where distinct.last != names[place] {
      distinct.append(names[place])
    }
    self.names = distinct
  }

  /// The number of different names.
  package var count: Int { names.count }

  /// The index of a name; nil when it is not listed.
  package func place(of name: [UInt8]) -> Int? {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      if precedes(names[middle], name) { low = middle + 1 } else { high = middle }
    }
    return low < names.count && names[low] == name ? low : nil
  }
}

/// The first place of each name among several named things.
struct FirstPlaces {
  private let table: NameTable
  private var places: [Int?]

  /// Goes through the names of things in their order, for the names that are looked for: mostly few, where the
  /// things may be many.
  init(of names: [[UInt8]], among wanted: [[UInt8]]) {
    table = NameTable(wanted)
    places = Array(repeating: nil, count: table.count)
    for (index, name) in names.enumerated() { add(name, index) }
  }

  subscript(name: [UInt8]) -> Int? { table.place(of: name).flatMap { places[$0] } }

  /// Adds a thing with a listed name; only the first of that name is found.
  mutating func add(_ name: [UInt8], _ index: Int) {
    guard let place = table.place(of: name), places[place] == nil else { return }
    places[place] = index
  }
}

/// Whether one name stands before another in the order of bytes.
private func precedes(_ one: [UInt8], _ other: [UInt8]) -> Bool {
  let common = min(one.count, other.count)
  for index in 0..<common where one[index] != other[index] { return one[index] < other[index] }
  return one.count < other.count
}

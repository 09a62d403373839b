// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Maps addresses of a range to cells of a drawing: characters or tenths of pixels.
struct MapScale {
  /// The range that is drawn.
  let range: PhysicalRange
  /// The number of cells of the whole range, at least 1.
  let cells: Int

  /// The number of low bits that are dropped so that every product fits 64 bits.
  private let shift: UInt64
  private let span: UInt64

  init(_ range: PhysicalRange, cells: Int) {
    self.range = range
    self.cells = min(max(cells, 1), 1 << 20)
    let count = range.count.rawValue
    shift = UInt64(max(0, 24 - count.leadingZeroBitCount))
    span = max(count >> shift, 1)
  }

  /// The cell of an address, from 0 to one less than ``cells``.
  func cell(of address: PhysicalAddress) -> Int {
    min(edge(below: address), cells - 1)
  }

  /// The boundary at an address, from 0 to ``cells``; addresses outside are drawn at the edge.
  func edge(below address: PhysicalAddress) -> Int {
    guard address > range.first else { return 0 }
    let offset = (min(address, range.last).rawValue - range.first.rawValue) >> shift
    return Int(truncatingIfNeeded: min(offset * UInt64(cells) / span, UInt64(cells)))
  }

  /// The boundary behind the last byte of a range.
  func edge(above other: PhysicalRange) -> Int {
    guard other.last < range.last, let end = other.end else { return cells }
    return edge(below: end)
  }

  /// The cells that a range touches: at least one, none when it lies outside.
  func cells(of other: PhysicalRange) -> Range<Int> {
    guard let shared = range.intersection(other) else { return 0..<0 }
    return cell(of: shared.first)..<(cell(of: shared.last) + 1)
  }

  /// The number of bytes in one cell, rounded up.
  var bytesPerCell: ByteCount {
    let count = range.count.rawValue
    let whole = count / UInt64(cells)
    return ByteCount(count % UInt64(cells) == 0 ? whole : whole + 1)
  }
}

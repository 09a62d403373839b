// SPDX-License-Identifier: Apache-2.0

import Handover
import PhysicalMemory

/// The content of a guest's RAM before its first instruction.
struct RAMContents {
  /// A stretch of RAM with one kind of content.
  private struct Stretch {
    let range: PhysicalRange
    /// The bytes, or a block that repeats.
    let bytes: ArraySlice<UInt8>
  }

  let ram: PhysicalRange
  /// The segments with their ranges, lowest first.
  let segments: [(segment: LabSegment, range: PhysicalRange)]
  private let fill: UInt8

  /// Checks that a boot can be placed.
  ///
  /// - Throws: ``LabError/memory(bytes:board:limit:)``,
  ///   ``LabError/segment(name:address:memoryBytes:why:)`` or ``LabError/address(_:_:why:)``.
  init(_ boot: LabBoot) throws(LabError) {
    ram = try boot.board.ram(ByteCount(boot.memoryBytes))
    fill = boot.fill
    var placed: [(segment: LabSegment, range: PhysicalRange)] = []
    for segment in boot.segments {
      let range = try segment.range()
      guard ram.contains(range) else { throw segment.refused("lies outside the RAM \(ram)") }
      if let other = placed.first(where: { $0.range.overlaps(range) }) {
        throw segment.refused("overlaps segment \(other.segment.name) at \(other.range)")
      }
      placed.append((segment, range))
    }
    segments = placed.sorted { $0.range.first < $1.range.first }
    let entry = boot.entry.address.rawValue
    guard entry & 3 == 0, entry <= UInt64(UInt32.max) else {
      throw LabError.address("entry", entry, why: "is no ARM instruction's address")
    }
  }

  /// Writes everything into RAM.
  func write(to memory: GuestMemory) throws(LabError) {
    try memory.fill(fill)
    for (segment, range) in segments { memory.write(segment.bytes, to: range) }
  }

  /// Finds the bytes of RAM that differ from their initial values.
  func differences(in memory: GuestMemory, within limits: PhysicalRange) -> DifferenceList {
    var result = DifferenceList()
    for stretch in stretches {
      guard let range = stretch.range.intersection(limits) else { continue }
      // A stretch that is cut at its start begins later in its bytes; repeated blocks are all one
      // byte.
      let skipped = range.first.distance(from: stretch.range.first)?.rawValue ?? 0
      let whole = UInt64(stretch.bytes.count) == stretch.range.count.rawValue
      let bytes = whole ? stretch.bytes.dropFirst(Int(clamping: skipped)) : stretch.bytes
      memory.addDifferences(in: range, from: bytes, to: &result)
    }
    result.close()
    return result
  }

  /// Whether a range lies in the bytes of one segment.
  func isInSegment(_ range: PhysicalRange) -> Bool {
    segments.contains { $0.range.contains(range) }
  }

  /// All RAM in stretches, lowest first.
  private var stretches: [Stretch] {
    let pattern = [UInt8](repeating: fill, count: 4096)[...]
    let zeros = [UInt8](repeating: 0, count: 4096)[...]
    var result: [Stretch] = []
    var next: PhysicalAddress? = ram.first
    func add(upTo end: PhysicalAddress?, _ bytes: ArraySlice<UInt8>) {
      guard let start = next else { return }
      let range =
        end.flatMap { PhysicalRange(start: start, end: $0) }
        ?? (end == nil ? PhysicalRange(first: start, last: ram.last) : nil)
      if let range { result.append(Stretch(range: range, bytes: bytes)) }
      next = end
    }
    for (segment, range) in segments {
      add(upTo: range.first, pattern)
      add(upTo: range.first.advanced(by: ByteCount(segment.bytes.count)), segment.bytes[...])
      add(upTo: range.end, zeros)
    }
    if let start = next, start <= ram.last { add(upTo: nil, pattern) }
    return result
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory

/// Bytes that one part of a plan needs and another part overwrites.
struct MapOverlap {
  /// The name of the part that loses them: `initrd`, `reserved-memory/cma`.
  let victim: String
  /// The bytes that are lost.
  let lost: RangeSet
  /// The names of the parts that write them, each once.
  let writers: [String]

  /// Finds every overlap of a plan.
  ///
  /// The footprint may overwrite the kernel's own segment: a decompressor moves itself out of its
  /// way, and the footprint model accounts for that. It may also overwrite the trampoline, which
  /// has ended by then.
  static func all(in plan: BootPlan) -> [Self] {
    var written = RangeSet()
    for entry in plan.footprint { written.insert(entry.range) }
    var overlaps: [Self] = []
    for (index, segment) in plan.segments.enumerated() {
      var writers: [String] = []
      var lost = RangeSet()
      if let own = segment.fileRange, segment.name != .kernel, segment.name != .trampoline {
        lost = written.intersection(own)
        for entry in plan.footprint where entry.range.overlaps(own) {
          if !writers.contains(entry.name) { writers.append(entry.name) }
        }
      }
      for other in plan.segments.dropFirst(index + 1) {
        guard let shared = segment.range.intersection(other.range) else { continue }
        lost.insert(shared)
        if !writers.contains(other.name.rawValue) { writers.append(other.name.rawValue) }
      }
      if !lost.isEmpty {
        overlaps.append(Self(victim: segment.name.rawValue, lost: lost, writers: writers))
      }
    }
    for segment in plan.segments { written.insert(segment.range) }
    for entry in plan.machine.memory.reserved {
      let lost = written.intersection(entry.range)
      guard !lost.isEmpty else { continue }
      var writers: [String] = []
      for segment in plan.segments where segment.range.overlaps(entry.range) {
        if !writers.contains(segment.name.rawValue) { writers.append(segment.name.rawValue) }
      }
      for written in plan.footprint where written.range.overlaps(entry.range) {
        if !writers.contains(written.name) { writers.append(written.name) }
      }
      overlaps.append(Self(victim: entry.why, lost: lost, writers: writers))
    }
    return overlaps
  }
}

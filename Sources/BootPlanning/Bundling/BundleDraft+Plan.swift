// SPDX-License-Identifier: Apache-2.0
public import Bundles
import Handover
import KernelImages
public import PhysicalMemory

extension BundleDraft {
  /// Makes the draft of a plan.
  ///
  /// - Parameters:
  ///   - plan: A plan that fits and has no errors.
  ///   - contents: The bytes of its segments, in their order.
  ///   The result is nil when the plan does not fit, or has a figure beyond 32 bits.
  public init?(_ plan: BootPlan, contents: [[UInt8]]) {
    guard let state = plan.entry, let entry = UInt32(exactly: state.address.rawValue),
      let registers = ARMRegisters(state), contents.count == plan.segments.count
    else { return nil }
    var segments: [Segment] = []
    for (planned, bytes) in zip(plan.segments, contents) {
      guard let name = BundleName(planned.name.rawValue),
        PhysicalRange.below4GiB.contains(planned.range)
      else { return nil }
      segments.append(Segment(name: name, range: planned.range, bytes: bytes))
    }
    let facts = plan.kernel
    guard let inflated = UInt32(exactly: facts.inflatedBytes.value.rawValue),
      let bss = UInt32(exactly: facts.bssBytes.value.rawValue),
      let textOffset = UInt32(exactly: facts.textOffset.value.rawValue)
    else { return nil }
    self.init(
      entry: entry, r1: registers.r1, r2: registers.r2, ram: plan.machine.memory.ram,
      reserved: RangeSet(plan.machine.memory.reserved.map { $0.range }), segments: segments,
      inner: Inner(inflatedBytes: inflated, bssBytes: bss, textOffset: textOffset),
      footprint: RangeSet(plan.footprint.map { $0.range }))
  }

  /// A place for a loader that must be given one (`bootm`, an ELF file).
  ///
  /// A bundle starts at any address, but moves more when it lies over its own destinations. The
  /// best place is the first MiB behind all memory in use with free RAM for the bundle, its pool
  /// and as much again for the loader's own copy. Otherwise it is the first RAM that is long
  /// enough.
  ///
  /// - Parameter bundle: The length of the bundle.
  /// - Returns: nil when no RAM is long enough.
  public func loadAddress(bundle: ByteCount) -> PhysicalAddress? {
    var free = ram.intersection(.below4GiB)
    for range in reserved.ranges { free.subtract(range) }
    let pages = segments.reduce(0) { $0 + $1.range.count.rawValue / 4096 }
    let pool = WrapperSize.poolBytes(segmentPages: pages, segments: UInt64(segments.count))
    let touched = segments.map { $0.range } + footprint.ranges
    let floor = touched.map({ $0.last }).max()?.roundedUp(to: .section) ?? PhysicalAddress(0)
    for (lowest, room) in [
      (floor, 2 * bundle.rawValue + pool), (floor, bundle.rawValue + pool),
      (PhysicalAddress(0), bundle.rawValue),
    ] {
      for range in free.ranges {
        guard let first = max(range.first, lowest).roundedUp(to: .section),
          first <= range.last, range.last.rawValue - first.rawValue >= room
        else { continue }
        return first
      }
    }
    return nil
  }
}

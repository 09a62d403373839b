// SPDX-License-Identifier: Apache-2.0
import Inflation
import KernelImages
public import PhysicalMemory

/// The memory of the running machine, which holds everything from the load to the jump.
public struct LoadMemory: Sendable, Hashable {
  /// All memory that the running kernel manages; nil when it is unknown.
  public var total: ByteCount?
  /// The memory that is available without swapping; nil when it is unknown.
  public var available: ByteCount?

  /// Groups the figures.
  public init(total: ByteCount? = nil, available: ByteCount? = nil) {
    self.total = total
    self.available = available
  }

  /// The memory of a load besides kernel, dictionary and copies: programs, stacks, tables.
  private static let margin: UInt64 = 4 << 20

  /// The bytes that a kernel needs to keep segments until the jump: the segments, and a word, here
  /// of 8 bytes, for each page.
  ///
  /// Source: Linux 6.1, kernel/kexec_core.c, kimage_load_normal_segment.
  ///
  /// - Parameters:
  ///   - segments: The memory of all segments.
  ///   - page: The size of a page.
  /// - Returns: The bytes of memory.
  public static func staging(_ segments: ByteCount, page: ByteCount) -> ByteCount {
    segments.adding(ByteCount(segments.rawValue / max(page.rawValue, 4096) * 8))
      ?? ByteCount(UInt64.max)
  }

  /// The reason for which the running kernel certainly refuses a plan; nil when none is known.
  ///
  /// Source: Linux 6.1, kernel/kexec_core.c, sanity_check_segment_list: all segments together take
  /// no more than half of the pages.
  func refusal(of plan: BootPlan) -> Diagnostic? {
    guard let total, let sum = Self.sum(plan), sum.rawValue > total.rawValue / 2 else { return nil }
    return Diagnostic(
      .moreThanHalfOfMemory, .error,
      "the segments take " + sum.description + ", more than half of the memory of "
        + total.description + ": the running kernel refuses that",
      hint: "use a smaller initrd" + Self.otherHandover(plan))
  }

  /// The memory that is short when a plan is loaded; nil when there is enough.
  func shortage(of plan: BootPlan, _ image: KernelImage) -> Diagnostic? {
    guard let available, let sum = Self.sum(plan) else { return nil }
    var needed = Self.staging(sum, page: plan.machine.pageBytes)
    if let inflating = Self.inflating(plan, image) {
      // First the kernel and its decoder's dictionary are in memory, then the kernel and all
      // copies.
      needed = max(needed, inflating.dictionary).adding(inflating.kernel) ?? needed
      needed = needed.adding(ByteCount(Self.margin)) ?? needed
    }
    guard needed > available else { return nil }
    return Diagnostic(
      .shortOfLoadMemory, .warning,
      "loading takes " + needed.description + " of memory, and " + available.description
        + " can be had",
      hint: "free memory, or use a smaller initrd" + Self.otherHandover(plan))
  }

  private static func otherHandover(_ plan: BootPlan) -> String {
    plan.handover == .image && plan.kernel.zImageBytes != nil ? ", or --handover zimage" : ""
  }

  private static func sum(_ plan: BootPlan) -> ByteCount? {
    guard plan.fits else { return nil }
    var sum = ByteCount.zero
    for segment in plan.segments { sum = sum.adding(segment.range.count) ?? sum }
    return sum
  }

  /// The memory that inflating the kernel needs; nil when the kernel is loaded as its file holds
  /// it.
  private static func inflating(
    _ plan: BootPlan, _ image: KernelImage
  ) -> (kernel: ByteCount, dictionary: ByteCount)? {
    guard plan.handover == .image, let bytes = image.imageBytes else { return nil }
    let kernel = plan.kernel.inflatedBytes.value
    switch bytes {
    case .slice: return nil
    case .owned, .flattened: return (kernel, .zero)
    case .compressed(_, let compression, _):
      // A window never holds more than was inflated.
      let window: ByteCount =
        switch compression {
        case .gzip: .kibibytes(64)
        case .bzip2: .mebibytes(4)
        case .lz4: .mebibytes(16)
        case .xz, .lzma, .zstd, .lzo: kernel
        }
      return (kernel, min(window, kernel))
    }
  }
}

extension Boot {
  /// Plans for the memory of the running machine: without enough of it to inflate the kernel, the
  /// zImage is handed over.
  func plan(
    _ request: PlanRequest, within memory: LoadMemory,
    by planner: (PlanRequest) throws(BootPlanError) -> BootPlan
  ) throws(BootPlanError) -> BootPlan {
    var plan = try planner(request)
    guard let short = memory.refusal(of: plan) ?? memory.shortage(of: plan, image) else {
      return plan
    }
    if request.handover == nil, request.load == nil, plan.handover == .image,
      plan.kernel.zImageBytes != nil, !ARMPlanner.sizeWordLies(request)
    {
      var smaller = request
      smaller.handover = .zimage
      smaller.cannotLoadImage = true
      var other = try planner(smaller)
      if other.fits, memory.refusal(of: other) == nil {
        other.diagnostics.append(
          Diagnostic(.noMemoryToInflate, .note, short.message + ", so the zImage is handed over"))
        if let left = memory.shortage(of: other, image) { other.diagnostics.append(left) }
        return other
      }
    }
    plan.diagnostics.append(short)
    return plan
  }
}

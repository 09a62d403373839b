// SPDX-License-Identifier: Apache-2.0
import Inflation
import KernelImages
public import PhysicalMemory

/// The memory of the running machine, which holds everything from the load to the jump.
public struct LoadMemory: Sendable, Hashable {
  /// All memory the running kernel manages; nil when it is not told.
  public var total: ByteCount?
  /// What can be had without swapping; nil when it is not told.
  public var available: ByteCount?

  /// States a memory.
  public init(total: ByteCount? = nil, available: ByteCount? = nil) {
    self.total = total
    self.available = available
  }

  /// What a load works with beside kernel, dictionary and copies: programs, stacks, tables.
  private static let margin: UInt64 = 4 << 20

  /// The bytes a kernel needs to keep segments until the jump: theirs, and a word, here of 8 bytes,
  /// for each page.
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

  /// Why the running kernel is sure to refuse a plan; nil when nothing is known against it.
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

  /// What is short when a plan is loaded; nil when nothing is.
  func shortage(of plan: BootPlan, _ image: KernelImage) -> Diagnostic? {
    guard let available, let sum = Self.sum(plan) else { return nil }
    var needed = Self.staging(sum, page: plan.machine.pageBytes)
    if let inflating = Self.inflating(plan, image) {
      // First the kernel and its decoder's dictionary are there, then the kernel and all copies.
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
    plan.handover == .image && plan.kernel.facts.hasZImage ? ", or --handover zimage" : ""
  }

  private static func sum(_ plan: BootPlan) -> ByteCount? {
    guard plan.fits else { return nil }
    var sum = ByteCount.zero
    for segment in plan.segments { sum = sum.adding(segment.range.count) ?? sum }
    return sum
  }

  /// What is held in memory to inflate the kernel; nil when it goes over as it stands in its file.
  private static func inflating(
    _ plan: BootPlan, _ image: KernelImage
  ) -> (kernel: ByteCount, dictionary: ByteCount)? {
    guard plan.handover == .image, let bytes = image.imageBytes else { return nil }
    let kernel = plan.kernel.facts.inflatedBytes.value
    switch bytes {
    case .slice: return nil
    case .owned, .flattened: return (kernel, .zero)
    case .compressed(_, let compression, _):
      // A window is never filled beyond what was inflated.
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

extension GatheredBoot {
  /// Plans for the memory that the running machine has for the load: without enough of it to
  /// inflate the kernel, the zImage is handed over.
  func plan(
    _ request: PlanRequest, within memory: LoadMemory,
    by planner: (PlanRequest) throws(BootPlanError) -> BootPlan
  ) throws(BootPlanError) -> BootPlan {
    var plan = try planner(request)
    guard let short = memory.refusal(of: plan) ?? memory.shortage(of: plan, image) else {
      return plan
    }
    if request.handover == nil, request.load == nil, plan.handover == .image,
      plan.kernel.facts.hasZImage, !ARMPlanner.sizeWordLies(request)
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

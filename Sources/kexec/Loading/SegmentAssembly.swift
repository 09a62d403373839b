// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import LinuxInterface
import PhysicalMemory

/// Makes the call that loads a plan. The kernel reads bytes of mapped files where they are mapped;
/// only a page that two parts share is put together in memory.
struct SegmentAssembly {
  private let boot: DeviceBoot
  private let page: Int
  /// Parts shorter than this are copied rather than given a segment of their own.
  private static let worthwhile = 64 << 10
  /// The most segments that one part of the plan is cut into.
  private static let pieceLimit = 8

  /// Prepares for a boot.
  init(_ boot: DeviceBoot) {
    self.boot = boot
    page = Int(clamping: max(4096, boot.machine.facts.pageBytes.rawValue))
  }

  /// Makes the call.
  func call() throws(Stop) -> KexecLoadCall {
    guard let jump = boot.plan.jump else {
      throw Stop(
        what: "nothing fits", hint: "kexec --check says why, hole by hole", status: .nothingFits)
    }
    var segments: [KexecSegment] = []
    for planned in boot.plan.segments.inLoadOrder {
      let parts: [SegmentPart]
      do throws(BootError) {
        parts = try boot.files.parts(of: planned, in: boot.plan)
      } catch {
        throw Stop(error)
      }
      let mayShare = segments.count + Self.pieceLimit + 2 < KexecLoadCall.segmentLimit
      segments += self.segments(planned, parts, mayShare: mayShare)
    }
    // A machine of which only memory is known has no running kernel: the call is for the new one.
    let known: KexecArchitecture? = boot.machine.tellsFacts ? boot.machine.facts.architecture : .arm
    guard let architecture = known else {
      throw Stop(
        what: "the running kernel is of no known architecture",
        hint: "plan for another machine with --dry-run --machine=FILE", status: .unavailable)
    }
    return KexecLoadCall(entry: jump, segments: segments, flags: KexecFlags(architecture))
  }

  // MARK: Segments

  private func segments(
    _ planned: PlannedSegment, _ parts: [SegmentPart], mayShare: Bool
  ) -> [KexecSegment] {
    let contents = mayShare ? pieces(parts) : [SegmentContents.bytes(copy(parts))]
    var result: [KexecSegment] = []
    var address = planned.range.first
    var left = planned.range.count
    for (index, content) in contents.enumerated() {
      let isLast = index == contents.count - 1
      let memory = isLast ? left : ByteCount(content.count)
      result.append(
        KexecSegment(
          name: planned.name.rawValue, contents: content, address: address, memoryBytes: memory))
      address = address.advanced(by: memory) ?? address
      left = left.subtracting(memory) ?? .zero
    }
    return result
  }

  /// Cuts parts at page boundaries. Whole pages of a file stay as they are; the pages between them
  /// are put together. Of many files the shorter ones are copied, never the long ones.
  private func pieces(_ parts: [SegmentPart]) -> [SegmentContents] {
    var least = Self.worthwhile
    while true {
      let pieces = self.pieces(parts, copyingBelow: least)
      let (more, overflow) = least.multipliedReportingOverflow(by: 2)
      if pieces.count <= Self.pieceLimit || overflow { return pieces }
      least = more
    }
  }

  private func pieces(_ parts: [SegmentPart], copyingBelow least: Int) -> [SegmentContents] {
    // An inflated kernel is as large as the memory it needs: a second copy would be too much.
    if parts.count == 1, case .bytes(let bytes) = parts[0] { return [.bytes(bytes)] }
    var result: [SegmentContents] = []
    var gap: [UInt8] = []
    var position = 0
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      let end = position + part.count
      let directStart = (position + page - 1) / page * page
      let directEnd = isLast ? end : end / page * page
      defer { position = end }
      guard case .file(let source, let offset, let count) = part, let file = contents(of: source),
        directEnd - directStart >= least || parts.count == 1
      else {
        append(part, 0..<part.count, to: &gap)
        continue
      }
      append(part, 0..<(directStart - position), to: &gap)
      if !gap.isEmpty { result.append(.bytes(gap)) }
      gap = []
      let skipped = directStart - position
      result.append(
        .file(file, offset: offset + skipped, count: min(count - skipped, directEnd - directStart)))
      append(part, (directEnd - position)..<part.count, to: &gap)
    }
    if !gap.isEmpty { result.append(.bytes(gap)) }
    return result
  }

  private func copy(_ parts: [SegmentPart]) -> [UInt8] {
    var bytes: [UInt8] = []
    for part in parts { append(part, 0..<part.count, to: &bytes) }
    return bytes
  }

  private func append(_ part: SegmentPart, _ range: Range<Int>, to bytes: inout [UInt8]) {
    switch part {
    case .bytes(let all): bytes += all[range]
    case .zeros: bytes += [UInt8](repeating: 0, count: range.count)
    case .file(let source, let offset, _):
      guard let file = contents(of: source) else { return }
      bytes += ByteReader(file.span).copy(offset + range.lowerBound, range.count) ?? []
    }
  }

  private func contents(of source: SegmentPart.Source) -> FileContents? {
    switch source {
    case .kernel: boot.files.inputs.kernel?.contents
    case .initrd(let index):
      boot.files.inputs.initrds.indices.contains(index)
        ? boot.files.inputs.initrds[index].contents : nil
    }
  }
}

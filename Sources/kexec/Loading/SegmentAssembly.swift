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
  ///
  /// - Returns: The call; the parameters are its last segment, since a 32-bit ARM kernel takes the
  ///   last one that begins like a device tree for the device tree.
  func call() throws(Stop) -> KexecLoadCall {
    guard let entry = boot.plan.entry?.address else {
      throw Stop(
        what: "nothing fits", hint: "kexec --check says why, hole by hole", status: .nothingFits)
    }
    let ordered =
      boot.plan.segments.filter { !$0.name.isParameters }
      + boot.plan.segments.filter { $0.name.isParameters }
    var segments: [KexecSegment] = []
    for planned in ordered {
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
    var call = KexecLoadCall(entry: entry, segments: segments, flags: KexecFlags(architecture))
    try setRegisters(&call)
    return call
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

  // MARK: Registers

  /// Puts a trampoline in front of the kernel where the running kernel would set other registers
  /// than planned.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/machine_kexec.c, machine_kexec_prepare: r2 is the device
  /// tree among the segments (since Linux 3.7, commit 4cabd1d9625c of September 2012), else the
  /// entry point − 0x8000 + 0x1000.
  private func setRegisters(_ call: inout KexecLoadCall) throws(Stop) {
    guard let registers = boot.plan.entry.flatMap({ ARMRegisters($0) }),
      let last = call.segments.indices.last
    else { return }
    let atags = call.segments[last].name == PlannedSegment.Name.atags.rawValue
    let number = boot.files.options.machineNumber != nil ? registers.r1 : nil
    let seen: UInt64?
    if let index = call.deviceTreeAsARMSeesIt, scansForTrees {
      seen = call.segments[index].address.rawValue
    } else {
      seen = call.entry.rawValue >= 0x7000 ? call.entry.rawValue - 0x7000 : nil
    }
    let hasParameters = atags || call.segments[last].contents.beginsLikeDeviceTree
    guard hasParameters, seen != UInt64(registers.r2) || (atags && number != nil) else { return }
    guard
      let code = ARMTrampoline.code(
        entry: call.entry, machine: atags ? number : ARMRegisters.deviceTreeMachine,
        parameters: registers.r2)
    else { return }
    // The trampoline goes behind the bytes of a segment, into the rest of its last page.
    for index in call.segments.indices.reversed() {
      let segment = call.segments[index]
      let start = (segment.contents.count + 7) / 8 * 8
      guard UInt64(start + code.count) <= segment.memoryBytes.rawValue,
        let address = segment.address.advanced(by: ByteCount(start))
      else { continue }
      switch segment.contents {
      case .bytes(let all):
        call.segments[index].contents = .bytes(
          all + [UInt8](repeating: 0, count: start - all.count) + code)
      case .file(let file, let offset, _):
        // Only the page that the code goes to is copied.
        let count = segment.contents.count
        let whole = call.segments.count < KexecLoadCall.segmentLimit ? count / page * page : 0
        var tail = ByteReader(file.span).copy(offset + whole, count - whole) ?? []
        tail += [UInt8](repeating: 0, count: start - whole - tail.count) + code
        guard whole > 0, let place = segment.address.advanced(by: ByteCount(whole)),
          let rest = segment.memoryBytes.subtracting(ByteCount(whole))
        else {
          call.segments[index].contents = .bytes(tail)
          break
        }
        call.segments[index].contents = .file(file, offset: offset, count: whole)
        call.segments[index].memoryBytes = ByteCount(whole)
        call.segments.insert(
          KexecSegment(
            name: segment.name, contents: .bytes(tail), address: place, memoryBytes: rest),
          at: index + 1)
      }
      call.entry = address
      return
    }
    throw Stop(
      what: "the running kernel would pass r2="
        + (seen.map { hexadecimal($0) } ?? "nothing known") + " in place of "
        + hexadecimal(UInt64(registers.r2)) + ", and no page has room for code that sets it",
      hint: "make the command line a little longer", status: .failed)
  }

  /// Whether the running kernel looks for a device tree among the segments.
  private var scansForTrees: Bool {
    var numbers: [UInt32] = []
    var hasDigits = false
    for byte in boot.machine.facts.release.utf8.prefix(32) {
      if byte >= 0x30, byte <= 0x39 {
        if !hasDigits { numbers.append(0) }
        hasDigits = true
        let last = numbers[numbers.count - 1]
        numbers[numbers.count - 1] = min(last, 100_000) * 10 + UInt32(byte - 0x30)
      } else if byte == UInt8(ascii: "."), hasDigits, numbers.count == 1 {
        hasDigits = false
      } else {
        break
      }
    }
    return numbers.count < 2 || (numbers[0], numbers[1]) >= (3, 7)
  }
}

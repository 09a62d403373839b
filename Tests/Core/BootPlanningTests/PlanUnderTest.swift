// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import KernelImages
import PhysicalMemory

extension RandomCase {
  /// Takes a plan at its word: what it loads where. Fails when the plan contradicts itself.
  func loaded(_ plan: BootPlan) throws(Hang) -> LoadedMemory {
    let page = plan.machine.pageBytes.rawValue
    var kernel: PlannedSegment?
    var initrd: Bytes?
    var parameters: Bytes?
    for segment in plan.segments {
      let bytes = Bytes(segment.range)
      guard bytes.low % page == 0, bytes.high % page == 0, bytes.high < 1 << 32 else {
        throw .unusable(.zeroes, "a segment kexec_load refuses", bytes)
      }
      // kexec_load wants each segment in one region of the running kernel's memory.
      guard Bytes.joined(ram).contains(where: { $0.holds(bytes) }) else {
        throw .noRAM(.zeroes, bytes)
      }
      for other in plan.segments where other != segment && Bytes(other.range).meets(bytes) {
        throw .unusable(.zeroes, "two segments overlap", bytes)
      }
      for entry in reserved where entry.meets(bytes) { throw .reserved(.zeroes, bytes) }
      switch segment.name {
      case .kernel: kernel = segment
      case .initrd: initrd = Bytes(bytes.low, bytes.low + segment.fileBytes.rawValue)
      case .dtb, .atags: parameters = Bytes(bytes.low, bytes.low + segment.fileBytes.rawValue)
      case .trampoline: throw .unusable(.zeroes, "the simulated loader sets the registers", bytes)
      }
    }
    guard let kernel, let entry = plan.entry else {
      throw .unusable(.zImage, "the plan has no kernel, entry or registers", Bytes(0, 0))
    }
    let start = kernel.range.first.rawValue
    let wanted = plan.handover == .zimage ? self.kernel.zImage : self.kernel.inflated
    guard entry.address.rawValue == start, kernel.fileBytes.rawValue == wanted else {
      throw .unusable(.zImage, "the entry is not the kernel's first byte", Bytes(kernel.range))
    }
    guard initrd?.count == request.initrd?.byteCount.rawValue,
      parameters?.count == request.parameters.byteCount?.rawValue,
      entry[.r2] == parameters?.low ?? 0, entry[.r0] == 0
    else { throw .unusable(.parameters, "a segment is missing or r2 is wrong", Bytes(0, 0)) }
    return LoadedMemory(
      handover: plan.handover, kernel: start, kernelMemory: kernel.range.count.rawValue,
      initrd: initrd, parameters: parameters)
  }

  /// Everything one needs to look into a failure.
  func report(_ plan: BootPlan, _ what: String) -> String {
    var lines = ["\(what); run again with SEED=\(seed) CASES=1", "true kernel: \(kernel)"]
    lines.append("handover: \(handover) asked \(String(describing: request.handover))")
    lines.append("load: \(String(describing: request.load)) cmdline: \(request.commandLine)")
    lines.append("ram: \(ram) reserved: \(reserved)")
    for segment in plan.segments {
      lines.append("  \(segment.name) \(segment.range) file \(segment.fileBytes)")
    }
    for range in plan.footprint { lines.append("  writes \(range.range) \(range.name)") }
    for entry in plan.diagnostics { lines.append("  \(entry.code) \(entry.message)") }
    return lines.joined(separator: "\n")
  }
}

// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

extension Boot {
  /// Produces the content of a segment. Only an inflated kernel, a device tree or an ATAG list is
  /// made; other bytes are referred to.
  ///
  /// - Parameters:
  ///   - segment: A segment of the plan.
  ///   - plan: The plan of this boot.
  /// - Returns: The parts; together they have as many bytes as the segment.
  /// - Throws: ``BootError``
  public func parts(
    of segment: PlannedSegment, in plan: BootPlan
  ) throws(BootError) -> [SegmentPart] {
    var parts: [SegmentPart]?
    switch segment.name {
    case .kernel: parts = try kernelParts(segment, plan.handover)
    case .initrd: parts = initrd.isEmpty ? nil : initrd.parts
    case .dtb, .atags:
      if let bytes = try parameterBytes(for: plan) { parts = [.bytes(bytes)] }
    case .trampoline: parts = plan.trampolineCode.map { [.bytes($0)] }
    }
    let count = parts.map { parts in parts.reduce(0) { $0 &+ $1.count } }
    guard let parts, let count, UInt64(count) == segment.fileBytes.rawValue else {
      throw .changed(
        segment: segment.name.rawValue, planned: segment.fileBytes,
        found: count.map { ByteCount($0) })
    }
    return parts
  }

  private func kernelParts(
    _ segment: PlannedSegment, _ handover: HandoverKind
  ) throws(BootError) -> [SegmentPart]? {
    guard let file = inputs.kernel else { return nil }
    do throws(KernelImageError) {
      if handover == .image {
        if let bytes = image.imageBytes, case .slice = bytes, bytes.count == image.inflatedCount {
          return [try SegmentPart.part(bytes, of: file.span, as: .kernel)]
        }
        return [.bytes(try image.inflatedImage(of: file.span))]
      }
      guard let bytes = image.kernelBytes else { return nil }
      var parts = [try SegmentPart.part(bytes, of: file.span, as: .kernel)]
      if let missing = segment.fileBytes.subtracting(ByteCount(parts[0].count)),
        missing.rawValue > 0, let first = image.deviceTrees.first
      {
        // An appended tree that ATAGs are merged into stays behind the zImage.
        let tree = try first.bytes.copy(of: file.span)
        parts.append(.bytes(Array(tree.prefix(Int(clamping: missing.rawValue)))))
      }
      return parts
    } catch {
      throw .image(path: file.path, error)
    }
  }
}

extension KernelImage {
  fileprivate var inflatedCount: UInt64? { kernel?.inflatedBytes.value.rawValue }
}

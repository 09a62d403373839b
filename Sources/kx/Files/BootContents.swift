// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import PhysicalMemory
import QEMULab

/// The bytes of a plan's segments.
struct BootContents {
  let segments: [LabSegment]

  /// Produces what each segment of a plan holds.
  init(_ files: BootFiles, _ plan: BootPlan) throws(Stop) {
    var segments: [LabSegment] = []
    for segment in plan.segments {
      let bytes: [UInt8]?
      switch segment.name {
      case .kernel: bytes = try Self.kernel(files, plan, segment)
      case .initrd: bytes = files.initrd
      case .dtb, .atags:
        do throws(BootPreparationError) {
          bytes = try files.prepared.parameterBytes(for: plan)
        } catch {
          throw Stop(what: error.description, code: ExitStatus.badFile)
        }
      case .trampoline: bytes = nil
      }
      guard let bytes, bytes.count == Int(clamping: segment.fileBytes.rawValue) else {
        throw Stop(
          what: "the \(segment.name.rawValue) of the plan has \(segment.fileBytes), but its "
            + "source gives \(bytes.map { ByteCount($0.count).description } ?? "nothing")",
          hint: "make the plan anew", code: ExitStatus.badFile)
      }
      segments.append(
        LabSegment(
          name: segment.name.rawValue, address: segment.range.first.rawValue, bytes: bytes,
          memoryBytes: segment.range.count.rawValue))
    }
    self.segments = segments
  }

  private static func kernel(
    _ files: BootFiles, _ plan: BootPlan, _ segment: PlannedSegment
  ) throws(Stop) -> [UInt8]? {
    guard let file = files.kernelFile else { return nil }
    if plan.handover == .image {
      do throws(KernelImageError) {
        return try files.image.inflatedImage(of: file.bytes.span)
      } catch {
        throw Stop(
          what: error.description, place: file.path, hint: error.hint, code: ExitStatus.badFile)
      }
    }
    guard let part = files.image.kernelBytes else { return nil }
    var bytes = try BootFiles.bytes(of: part, in: file)
    let missing = Int(clamping: segment.fileBytes.rawValue) - bytes.count
    if missing > 0, let first = files.image.deviceTrees.first {
      // An appended tree that ATAGs are merged into stays behind the zImage.
      bytes += try BootFiles.bytes(of: first.bytes, in: file).prefix(missing)
    }
    return bytes
  }
}

// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import PhysicalMemory
import QEMULab

/// The bytes of a plan's segments.
struct BootContents {
  let segments: [LabSegment]

  /// Produces the bytes of each segment of a plan.
  init(_ files: BootFiles, _ plan: BootPlan) throws(Stop) {
    var segments: [LabSegment] = []
    for segment in plan.segments {
      let parts: [SegmentPart]
      do throws(BootError) {
        parts = try files.boot.parts(of: segment, in: plan)
      } catch {
        throw Stop(boot: error)
      }
      segments.append(
        LabSegment(
          name: segment.name.rawValue, address: segment.range.first.rawValue,
          bytes: Self.bytes(parts, files.boot.inputs),
          memoryBytes: segment.range.count.rawValue))
    }
    self.segments = segments
  }

  private static func bytes(
    _ parts: [SegmentPart], _ inputs: BootInputs<InputFile>
  ) -> [UInt8] {
    var all: [UInt8] = []
    for part in parts {
      switch part {
      case .bytes(let bytes): all += bytes
      case .zeros(let count): all += [UInt8](repeating: 0, count: count)
      case .file(.kernel, let offset, let count):
        all += inputs.kernel?.slice(offset, count) ?? []
      case .file(.initrd(let index), let offset, let count):
        all += inputs.initrds[index].slice(offset, count)
      }
    }
    return all
  }
}

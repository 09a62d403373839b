// SPDX-License-Identifier: Apache-2.0
import BootPlanning
public import PhysicalMemory

/// The arguments of one call of `kexec_load`.
public struct KexecLoadCall: Sendable {
  /// The physical address the new kernel is entered at.
  public var entry: PhysicalAddress
  /// The segments in the order in which the kernel sees them.
  public var segments: [KexecSegment]
  /// The flags.
  public var flags: KexecFlags

  /// Makes a call.
  public init(entry: PhysicalAddress, segments: [KexecSegment], flags: KexecFlags) {
    self.entry = entry
    self.segments = segments
    self.flags = flags
  }

  /// Makes the call that unloads an image; it is no error when there is none.
  public static func unload(_ flags: KexecFlags) -> Self {
    Self(entry: PhysicalAddress(0), segments: [], flags: flags)
  }

  /// The most segments that a kernel accepts. Source: Linux 6.1, KEXEC_SEGMENT_MAX.
  public static let segmentLimit = 16

  /// The memory the kernel needs to keep the segments until the jump.
  ///
  /// - Parameter pageBytes: The size of a page.
  /// - Returns: The bytes of memory.
  public func stagingBytes(pageBytes: UInt64) -> ByteCount {
    var sum = ByteCount.zero
    for segment in segments {
      sum = sum.adding(segment.memoryBytes) ?? ByteCount(UInt64.max)
    }
    return LoadMemory.staging(sum, page: ByteCount(pageBytes))
  }
}

extension KexecLoadCall: CustomStringConvertible {
  /// The call as strace prints it, without its result.
  public var description: String {
    var list = segments.isEmpty ? "NULL" : "["
    for (index, segment) in segments.enumerated() {
      if index > 0 { list += ", " }
      list += segment.description
    }
    if !segments.isEmpty { list += "]" }
    return "kexec_load(" + hexadecimal(entry.rawValue) + ", " + String(segments.count) + ", " + list
      + ", " + flags.description + ")"
  }

  /// The call with its result as strace prints it:
  /// `kexec_load(…) = -1 EINVAL (Invalid argument)`.
  ///
  /// - Parameter failure: The error number; nil when the call succeeded.
  /// - Returns: One line.
  public func traced(_ failure: Errno?) -> String {
    description + (failure.map { " = -1 " + $0.description } ?? " = 0")
  }
}

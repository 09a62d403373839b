// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension RunningKernel {
  /// The registers that 32-bit ARM's Linux sets: r0 is 0, r1 its own machine number, of which
  /// nothing is known here, and r2 the last segment that begins like a device tree. Without such a
  /// segment, r2 is the place where a list of ATAGs usually lies.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/machine_kexec.c, machine_kexec_prepare; it looks for a tree
  /// since Linux 3.7, commit 4cabd1d9625c of September 2012.
  func passesARM(
    _ segments: [SegmentHead], entering entry: PhysicalAddress
  ) -> [EntryRegister]? {
    guard let release else { return nil }
    if release.isAtLeast(3, 7) {
      for segment in segments.reversed() {
        guard let isTree = segment.isTree else { return nil }
        if isTree { return [EntryRegister(.r0, 0), EntryRegister(.r2, segment.address.rawValue)] }
      }
    }
    guard let list = entry.lowered(by: ByteCount(UInt64(0x8000 - 0x1000))) else { return nil }
    return [EntryRegister(.r0, 0), EntryRegister(.r2, list.rawValue)]
  }
}

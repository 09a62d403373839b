// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory

extension Processor {
  /// Adds the processor features that the running kernel lists, where none are known yet.
  ///
  /// Source: Linux 6.1, arch/arm/kernel/setup.c, `c_show` and `cpuid_init_hwcaps`: `lpae` stands
  /// for long descriptors. No kernel before 3.10 has the word; its absence counts from 3.12 on.
  ///
  /// - Parameters:
  ///   - cpuinfo: The text of /proc/cpuinfo of a 32-bit ARM kernel.
  ///   - release: The release of that kernel.
  public mutating func take(cpuinfo: [UInt8], release: String) {
    guard hasLPAE == nil else { return }
    for line in cpuinfo.split(separator: 0x0a) where line.begins(with: "Features") {
      let words = line.drop { $0 != UInt8(ascii: ":") }.dropFirst().split {
        $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
      }
      if words.contains(where: { $0.elementsEqual("lpae".utf8) }) {
        hasLPAE = true
      } else if !words.isEmpty, KernelRelease(release)?.isAtLeast(3, 12) == true {
        hasLPAE = false
      }
      return
    }
  }
}

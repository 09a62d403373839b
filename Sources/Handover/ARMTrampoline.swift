// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A few words of code that set r1 and r2 as planned and enter the kernel, for running kernels
/// that would set them otherwise.
///
/// The running kernel enters it with r0 = 0, r1 = its own machine number, r2 = what it takes for
/// the parameters, MMU and caches off. It needs no stack and runs at any multiple of four.
///
/// Source: Linux 6.1, arch/arm/kernel/relocate_kernel.S (registers at the jump); ARM Architecture
/// Reference Manual, A5.3 (LDR literal, MOV).
public enum ARMTrampoline {
  /// The bytes it takes.
  public static let byteCount = 28

  /// Makes the code for a little-endian machine.
  ///
  /// - Parameters:
  ///   - entry: The address that is entered at last.
  ///   - machine: r1; nil leaves the running kernel's number as it is.
  ///   - parameters: r2.
  /// - Returns: ``byteCount`` bytes; nil when the entry is beyond 32 bits.
  public static func code(
    entry: PhysicalAddress, machine: UInt32?, parameters: UInt32
  ) -> [UInt8]? {
    guard let entry = UInt32(exactly: entry.rawValue) else { return nil }
    let words: [UInt32] = [
      0xe3a0_0000,  // mov r0, #0
      machine == nil ? 0xe1a0_1001 : 0xe59f_1004,  // mov r1, r1, or ldr r1, [pc, #4]
      0xe59f_2004,  // ldr r2, [pc, #4]
      0xe59f_f004,  // ldr pc, [pc, #4]
      machine ?? 0, parameters, entry,
    ]
    var bytes: [UInt8] = []
    for word in words {
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(word >> shift & 0xff)) }
    }
    return bytes
  }
}

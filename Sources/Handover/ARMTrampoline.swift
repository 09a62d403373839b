// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A few words of code that set r1 and r2 as planned and enter the kernel, for running kernels
/// that would set them otherwise.
///
/// What we know, at the first of these words: a 32-bit ARM CPU in ARM state, in SVC or HYP mode,
/// interrupts masked, MMU and data cache off, the code wholly in memory; r0 = 0, r1 = the running
/// kernel's machine number, r2 = what that kernel takes for the parameters. The words stand at a
/// multiple of four, and physical addresses are the only ones.
///
/// What we do not know: where the code stands, what is in the other registers, whether there is a
/// stack, whether the instruction cache is on, what the TLBs hold. None of it is used.
///
/// What we are responsible for: r0, r1, r2, and the jump; that no other register, no mode and no
/// byte of memory changes, for the kernel finds everything else as the running kernel left it; that
/// no instruction is newer than ARMv4, since the CPU is not asked which it is. The three words behind
/// the code are read, never written. All of it may be overwritten once the kernel is entered.
///
/// Source: Linux 6.1, arch/arm/kernel/relocate_kernel.S and machine_kexec.c (state at the jump),
/// Documentation/arm/booting.rst (what the kernel asks for); ARM Architecture Reference Manual,
/// A8.8 (LDR literal, MOV register). Tests/HandoverTests has the same as assembler source.
public enum ARMTrampoline {
  /// The bytes it takes.
  public static let byteCount = 28

  /// Makes the code for a little-endian machine.
  ///
  /// - Parameters:
  ///   - entry: The address that is entered at last, in ARM state.
  ///   - machine: r1; nil leaves the running kernel's number as it is.
  ///   - parameters: r2.
  /// - Returns: ``byteCount`` bytes; nil when the entry is beyond 32 bits or no multiple of four.
  public static func code(
    entry: PhysicalAddress, machine: UInt32?, parameters: UInt32
  ) -> [UInt8]? {
    guard let entry = UInt32(exactly: entry.rawValue), entry & 3 == 0 else { return nil }
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

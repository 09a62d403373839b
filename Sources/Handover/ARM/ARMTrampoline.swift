// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A few words of code that set r1 and r2 as planned and enter the kernel, for running kernels that
/// would set other values.
///
/// Its source, Sources/HandoverCode/ARM/trampoline.S, says what the code expects, what it does not
/// know, and what it leaves. The three words behind the code are read, never written. All of it may
/// be overwritten once the kernel is entered.
public enum ARMTrampoline {
  /// The size of the code in bytes.
  public static let byteCount = 28

  /// Makes the code for a little-endian machine.
  ///
  /// - Parameters:
  ///   - entry: The address of the jump, in ARM state.
  ///   - machine: r1; nil keeps the running kernel's number.
  ///   - parameters: r2.
  /// - Returns: ``byteCount`` bytes; nil when the entry is beyond 32 bits or no multiple of four.
  public static func code(
    entry: PhysicalAddress, machine: UInt32?, parameters: UInt32
  ) -> [UInt8]? {
    guard let entry = UInt32(exactly: entry.rawValue), entry & 3 == 0 else { return nil }
    var words = machine == nil ? ARMTrampolineCode.keepingMachine : ARMTrampolineCode.settingMachine
    words[4] = machine ?? 0
    words[5] = parameters
    words[6] = entry
    var bytes: [UInt8] = []
    for index in words.indices {
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(words[index] >> shift & 0xff)) }
    }
    return bytes
  }
}

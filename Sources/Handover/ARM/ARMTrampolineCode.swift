// SPDX-License-Identifier: Apache-2.0
// Written by scripts/make/make-handover-code; not to be edited.

/// The code that sets a kernel's r1 and r2, as words.
///
/// The source is Sources/HandoverCode/ARM/trampoline.S, which says what each piece finds and leaves.
///
/// Computed, not stored: this compiler mixes up constant arrays of other modules.
public enum ARMTrampolineCode {
  /// r1 is the word behind the code; handover_trampoline in the source.
  public static var settingMachine: InlineArray<7, UInt32> {
    [
      0xe3a0_0000, 0xe59f_1004, 0xe59f_2004, 0xe59f_f004, 0x0000_0000, 0x0000_0000,
      0x0000_0000,
    ]
  }

  /// r1 stays as it comes; handover_trampoline_keep_r1 in the source.
  public static var keepingMachine: InlineArray<7, UInt32> {
    [
      0xe3a0_0000, 0xe1a0_1001, 0xe59f_2004, 0xe59f_f004, 0x0000_0000, 0x0000_0000,
      0x0000_0000,
    ]
  }
}

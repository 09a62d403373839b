// SPDX-License-Identifier: Apache-2.0
// Written by scripts/make/make-handover-code; not to be edited.

/// The code that runs a kimage list and enters the kernel, as words.
///
/// The source is Sources/HandoverCode/ARM/relocate.S, which says what each piece finds and leaves.
///
/// Computed, not stored: this compiler mixes up constant arrays of other modules.
public enum ARMRelocationCode {
  /// The four parameters come in r4 to r7; handover_relocate_arguments in the source.
  public static var arguments: InlineArray<26, UInt32> {
    [
      0xe355_0000, 0x0a00_0012, 0xe495_8004, 0xe3c8_900f, 0xe1b0_af88, 0x41a0_3009,
      0x21a0_5009, 0xe1b0_ae88, 0x4a00_000b, 0x3aff_fff7, 0xe8b9_5d07, 0xe8a3_5d07,
      0xe8b9_5d07, 0xe8a3_5d07, 0xe8b9_5d07, 0xe8a3_5d07, 0xe8b9_5d07, 0xe8a3_5d07,
      0xe1b0_0a09, 0x1aff_fff5, 0xeaff_ffec, 0xe3a0_0000, 0xe1a0_1006, 0xe1a0_2007,
      0xe1a0_f004, 0x0000_0000,
    ]
  }

  /// They are four words behind the code; handover_relocate_behind_code in the source.
  public static var behindCode: InlineArray<28, UInt32> {
    [
      0xe28f_3068, 0xe893_00f0, 0xe355_0000, 0x0a00_0012, 0xe495_8004, 0xe3c8_900f,
      0xe1b0_af88, 0x41a0_3009, 0x21a0_5009, 0xe1b0_ae88, 0x4a00_000b, 0x3aff_fff7,
      0xe8b9_5d07, 0xe8a3_5d07, 0xe8b9_5d07, 0xe8a3_5d07, 0xe8b9_5d07, 0xe8a3_5d07,
      0xe8b9_5d07, 0xe8a3_5d07, 0xe1b0_0a09, 0x1aff_fff5, 0xeaff_ffec, 0xe3a0_0000,
      0xe1a0_1006, 0xe1a0_2007, 0xe1a0_f004, 0x0000_0000,
    ]
  }

  /// They are the last four words of the code; handover_relocate_in_text in the source.
  public static var inText: InlineArray<32, UInt32> {
    [
      0xe28f_3068, 0xe893_00f0, 0xe355_0000, 0x0a00_0012, 0xe495_8004, 0xe3c8_900f,
      0xe1b0_af88, 0x41a0_3009, 0x21a0_5009, 0xe1b0_ae88, 0x4a00_000b, 0x3aff_fff7,
      0xe8b9_5d07, 0xe8a3_5d07, 0xe8b9_5d07, 0xe8a3_5d07, 0xe8b9_5d07, 0xe8a3_5d07,
      0xe8b9_5d07, 0xe8a3_5d07, 0xe1b0_0a09, 0x1aff_fff5, 0xeaff_ffec, 0xe3a0_0000,
      0xe1a0_1006, 0xe1a0_2007, 0xe1a0_f004, 0x0000_0000, 0x0000_0000, 0x0000_0000,
      0x0000_0000, 0x0000_0000,
    ]
  }
}

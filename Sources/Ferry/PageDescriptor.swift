// SPDX-License-Identifier: Apache-2.0

/// The allowed accesses to memory.
enum Permission {
  case execute, readOnly, readWrite, executeAndWrite, device
}

/// Descriptors of the short format, all of domain 0.
///
/// Source: ARM Architecture Reference Manual ARMv7-A (DDI 0406C), B3.5.1 and B3.7; for ARMv5, ARM926EJ-S
/// Technical Reference Manual (DDI 0198E), 3.2 and 3.3.
enum PageDescriptor {
  private static let writeBack: UInt32 = 0b1100

  /// Maps 1 MiB at the section of an address.
  static func section(_ physical: UInt32, _ permission: Permission, _ core: Core) -> UInt32 {
    let base = physical & 0xfff0_0000 | 0b10
    let cached = permission == .device ? 0 : writeBack
    if core == .v5 {
      // Bit 4 is one; AP 11 is all access, AP 00 with SCTLR.R read-only.
      let access: UInt32 = isWritable(permission) ? 3 << 10 : 0
      return base | 1 << 4 | access | cached
    }
    let readOnly: UInt32 = isWritable(permission) ? 0 : 1 << 15
    let never: UInt32 = isExecutable(permission) ? 0 : 1 << 4
    // Without TEX, C and B: Strongly-ordered. B alone: Device.
    let device: UInt32 = permission == .device ? 0b100 : 0
    return base | 0b11 << 10 | readOnly | never | cached | device
  }

  /// Maps 4 KiB at the page of an address.
  static func page(_ physical: UInt32, _ permission: Permission, _ core: Core) -> UInt32 {
    let base = physical & 0xffff_f000 | 0b10
    let cached = permission == .device ? 0 : writeBack
    if core == .v5 {
      // AP of the four subpages.
      return base | (isWritable(permission) ? 0xff0 : 0) | cached
    }
    let readOnly: UInt32 = isWritable(permission) ? 0 : 1 << 9
    let never: UInt32 = isExecutable(permission) ? 0 : 1
    return base | 0b11 << 4 | readOnly | never | cached
  }

  /// Refers to a second-level table, at a multiple of 1024.
  static func table(_ physical: UInt32, _ core: Core) -> UInt32 {
    physical | (core == .v5 ? 0x11 : 0x01)
  }

  private static func isWritable(_ permission: Permission) -> Bool {
    switch permission {
    case .readWrite, .executeAndWrite, .device: true
    case .execute, .readOnly: false
    }
  }

  private static func isExecutable(_ permission: Permission) -> Bool {
    permission == .execute || permission == .executeAndWrite
  }
}

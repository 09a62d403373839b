// SPDX-License-Identifier: Apache-2.0
public import Handover
import PhysicalMemory

/// An architecture as `kexec_load` names it: the e_machine number of ELF.
///
/// Source: Linux 6.1, include/uapi/linux/kexec.h.
public enum KexecArchitecture: UInt32, Hashable, Sendable {
  /// 32-bit x86.
  case i386 = 3
  /// 32-bit ARM.
  case arm = 40
  /// 64-bit x86.
  case x86_64 = 62
  /// 64-bit ARM.
  case arm64 = 183
  /// RISC-V.
  case riscv = 243

  /// Finds the architecture of a running kernel by the machine name of `uname`.
  ///
  /// A 32-bit program on an arm64 kernel may see `armv8l`; no 32-bit kernel has this name.
  ///
  /// Source: Linux 6.1, arch/arm/mm/proc-*.S (the names behind `arch_name`),
  /// arch/arm64/include/asm/compat.h (COMPAT_UTS_MACHINE).
  ///
  /// - Parameter machine: As in `armv7l`. The result is nil for an unknown machine.
  public init?(machine: String) {
    if machine.begins(with: "arm") {
      self = machine == "armv8l" || machine == "armv8b" ? .arm64 : .arm
      return
    }
    switch machine {
    case "x86_64": self = .x86_64
    case "i386", "i486", "i586", "i686": self = .i386
    case "aarch64", "aarch64_be": self = .arm64
    case "riscv32", "riscv64": self = .riscv
    default: return nil
    }
  }

  /// The architecture as plans name it; nil for one that none can be made for.
  public var planned: Architecture? {
    switch self {
    case .i386: nil
    case .arm: .arm
    case .x86_64: .x86_64
    case .arm64: .arm64
    case .riscv: .riscv64
    }
  }

  /// The name as strace prints it: `KEXEC_ARCH_ARM`.
  public var name: String {
    switch self {
    case .i386: "KEXEC_ARCH_386"
    case .arm: "KEXEC_ARCH_ARM"
    case .x86_64: "KEXEC_ARCH_X86_64"
    case .arm64: "KEXEC_ARCH_AARCH64"
    case .riscv: "KEXEC_ARCH_RISCV"
    }
  }

  /// The name as people write it: `32-bit ARM`.
  public var plainName: String {
    switch self {
    case .i386: "32-bit x86"
    case .arm: "32-bit ARM"
    case .x86_64: "64-bit x86"
    case .arm64: "64-bit ARM"
    case .riscv: "RISC-V"
    }
  }
}

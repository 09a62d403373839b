// SPDX-License-Identifier: Apache-2.0

/// The architecture of a kernel. Its raw value is the word in documents.
public enum Architecture: String, Sendable, Hashable, CaseIterable {
  /// 32-bit ARM.
  case arm
  /// 64-bit ARM.
  case arm64
  /// 64-bit RISC-V.
  case riscv64
  /// 64-bit x86.
  case x86_64

  /// The registers that its boot protocol gives a meaning, in the order of the protocol; empty where
  /// nothing is planned for yet.
  public var registers: [RegisterName] {
    switch self {
    case .arm: [.r0, .r1, .r2]
    case .arm64, .riscv64, .x86_64: []
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The architecture of the core; the cases differ in page tables and faults.
enum Core {
  /// ARMv5: subpages; SCTLR.S and R make pages read-only; every page can be executed.
  case v5
  /// ARMv6 and later: AP[2] for read-only, XN for never executed. ARMv6 by SCTLR.XP.
  case v6, v7

  init(_ number: UInt32) {
    switch number {
    case 5: self = .v5
    case 6: self = .v6
    default: self = .v7
    }
  }

  var forbidsExecution: Bool { self != .v5 }

  var name: StaticString {
    switch self {
    case .v5: "ARMv5"
    case .v6: "ARMv6"
    case .v7: "ARMv7"
    }
  }
}

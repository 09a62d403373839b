// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The exit codes of kx; those below 64 are for verdicts.
///
/// Source: sysexits.h of the BSDs for 64 to 77.
enum ExitStatus {
  static let failed = ExitCode(1)
  static let badFile = ExitCode(65)
  static let unreadable = ExitCode(66)
  static let missingProgram = ExitCode(69)
  static let nothingFits = ExitCode(73)
  static let unwritable = ExitCode(74)
}

/// An error that ends the program: what, where, and what to do.
struct Stop: Error {
  let what: String
  var place = ""
  var hint = ""
  let code: ExitCode
}

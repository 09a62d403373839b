// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KernelImages

/// The exit codes of kx; those below 64 are for verdicts.
///
/// Source: sysexits.h of the BSDs for 64 to 77.
enum ExitStatus {
  static let failed = ExitCode(1)
  static let badFile = ExitCode(65)
  static let unreadable = ExitCode(66)
  /// A program that is needed is missing, or kx cannot inflate the file.
  static let unavailable = ExitCode(69)
  static let nothingFits = ExitCode(73)
  static let unwritable = ExitCode(74)
}

/// An error that ends the program: what, where, and what to do next.
struct Stop: Error {
  let what: String
  let place: String
  let hint: String
  let code: ExitCode

  /// States an error. There is always something to try next, so the hint has no default.
  init(what: String, place: String = "", hint: String, code: ExitCode) {
    self.what = what
    self.place = place
    self.hint = hint
    self.code = code
  }

  /// The error for a kernel that cannot be used.
  init(_ error: KernelImageError, in path: String) {
    self.init(
      what: error.description, place: path, hint: error.hint,
      code: error.isLimit ? ExitStatus.unavailable : ExitStatus.badFile)
  }

  /// The error for an option that would have no effect.
  static func vain(_ option: String, _ why: String) -> Self {
    Self(what: "\(option) has no effect: \(why)", hint: "leave it out", code: .validationFailure)
  }

  /// Ends the program when every message is printed already.
  static func silently(_ code: ExitCode) -> Self {
    Self(what: "", hint: "", code: code)
  }
}

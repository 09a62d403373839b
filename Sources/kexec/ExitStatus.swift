// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import KernelImages
import LinuxInterface
import PhysicalMemory

/// The exit codes of kexec. With `--status`, 1 and 0 are the answer, as in kexec-tools.
///
/// Source: sysexits.h of the BSDs for 64 to 77.
enum ExitStatus: Int32, CaseIterable {
  case done = 0
  /// The plan has errors, a check failed, or nothing is loaded that could be started.
  case failed = 1
  /// Something was lost between the old kernel and the running one, or differs from the plan.
  case lost = 2
  /// The running kernel was not started by a load with --log.
  case notTied = 3
  /// The file has no record of the boot of the running kernel.
  case noRecord = 4
  case usage = 64
  case badFile = 65
  case unreadable = 66
  /// The running kernel cannot load another, or this program cannot inflate the file.
  case unavailable = 69
  case callFailed = 71
  case nothingFits = 73
  case unwritable = 74
  case notPermitted = 77
}

/// An error that ends the program: what, where, and what to do. The hint has no default: there is
/// always something to try next.
struct Stop: Error, Equatable {
  var what: String
  var place = ""
  var hint: String
  /// The call that failed, as strace shows it.
  var trace = ""
  let status: ExitStatus

  /// A mistake on the command line.
  static func usage(_ what: String, hint: String = "kexec --help shows every option") -> Self {
    Self(what: what, hint: hint, status: .usage)
  }
}

extension Stop {
  /// The error for a kernel that cannot be used.
  init(_ error: KernelImageError, in path: String) {
    self.init(
      what: error.description, place: path, hint: error.hint,
      status: error.isLimit ? .unavailable : .badFile)
  }

  /// The error for a file that the user named and that cannot be read.
  init(_ errno: Errno, reading path: String) {
    if errno == .notSupported || errno == .noSuchAddress || errno == .isDirectory {
      self.init(
        what: "'" + path + "' is no file, but a "
          + (errno == .notSupported ? "device" : errno == .isDirectory ? "folder" : "socket"),
        hint: "name a file", status: .unreadable)
      return
    }
    self.init(
      what: "'" + path + "' cannot be read: " + errno.description,
      hint: errno == .noMemory
        ? "use a smaller file: a 32-bit program has no room for all of it in one piece"
        : "is that the right file, and may you read it?",
      status: .unreadable)
  }

  /// The error for a file that changed while it was read.
  init(changed path: String) {
    self.init(
      what: "'" + path + "' changed while it was read",
      hint: "try again when no program writes to it", status: .unreadable)
  }

  /// The error for a file that cannot be written.
  init(_ errno: Errno, writing path: String, hint: String = "is there room, and may you write?") {
    self.init(
      what: "'" + path + "' cannot be written: " + errno.description, hint: hint,
      status: .unwritable)
  }

  /// The error for a part of the machine that cannot be read.
  init(_ error: LinuxInterfaceError) {
    var status = ExitStatus.unreadable
    switch error.problem {
    case .system(let errno, _) where errno == .notPermitted || errno == .accessDenied:
      status = .notPermitted
    case .memory(.zeroed): status = .notPermitted
    default: break
    }
    self.init(
      what: error.description, hint: error.hint, status: status)
  }

  /// The error for files that do not make a boot.
  init(_ error: BootError) {
    if case .image(let path, let error) = error {
      self.init(error, in: path)
      return
    }
    self.init(
      what: error.description, place: error.place, hint: error.hint,
      status: error.isUsage ? .usage : .badFile)
  }

  /// The error for a kernel that did not load.
  init(_ error: KexecLoadError) {
    var status = ExitStatus.callFailed
    if error.cause.isForbidden { status = .notPermitted }
    if case .notBuiltIn = error.cause { status = .unavailable }
    self.init(
      what: error.description, hint: error.cause.remedy, trace: error.trace, status: status)
  }

  /// The error for a loaded kernel that was not started.
  init(_ error: KexecRebootError) {
    var status = ExitStatus.callFailed
    if error.errno == .notPermitted { status = .notPermitted }
    if error.errno == .noSuchCall { status = .unavailable }
    self.init(
      what: error.description, hint: error.hint, trace: error.trace, status: status)
  }
}

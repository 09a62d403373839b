// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess

/// The program `qemu-system-arm`, started so that it cannot outlive its caller.
struct QEMUProgram {
  /// The path of the program.
  let path: String
  /// Whether there is setpriv, which makes the kernel kill QEMU when the caller dies.
  private let hasSetpriv: Bool
  private static let name = "qemu-system-arm"

  /// Finds the program.
  ///
  /// - Parameter folders: The folders to search, as in PATH; nil for the environment's PATH.
  /// - Throws: ``LabError/missing(program:package:)``
  init(in folders: String? = nil) throws(LabError) {
    let folders = folders ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    guard let path = Self.find(Self.name, in: folders) else {
      throw LabError.missing(program: Self.name, package: "qemu-system-arm")
    }
    self.path = path
    hasSetpriv = Self.find("setpriv", in: folders) != nil
  }

  /// The process to start: QEMU, run by setpriv where there is one.
  ///
  /// Cancelling the task kills QEMU, and Ctrl-C reaches it as part of the group. A caller that is
  /// killed can do nothing, so the kernel kills QEMU. The kernel watches the thread that started
  /// QEMU; swift-subprocess starts all processes from one thread that lives as long as the program.
  func configuration(_ arguments: [String]) -> Configuration {
    Configuration(
      executable: .name(hasSetpriv ? "setpriv" : Self.name),
      arguments: Arguments(
        (hasSetpriv ? ["--pdeathsig", "KILL", "--", path] : []) + arguments),
      // Boards with a sound chip would look for the host's sound card.
      environment: .inherit.updating(["QEMU_AUDIO_DRV": "none"]))
  }

  private static func find(_ program: String, in folders: String) -> String? {
    folders.split(separator: ":").map { $0 + "/" + program }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess

/// The program `qemu-system-arm`, and how it is kept from outliving its caller.
struct QEMUProgram {
  /// The path of the program.
  let path: String
  /// Whether there is a setpriv, which has the kernel kill QEMU when the caller dies.
  private let hasSetpriv: Bool
  private static let name = "qemu-system-arm"

  /// Finds the program.
  ///
  /// - Parameter folders: Where to look, as in PATH; nil for the environment's PATH.
  /// - Throws: ``LabError/missing(program:package:)``
  init(in folders: String? = nil) throws(LabError) {
    let folders = folders ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    guard let path = Self.find(Self.name, in: folders) else {
      throw LabError.missing(program: Self.name, package: "qemu-system-arm")
    }
    self.path = path
    hasSetpriv = Self.find("setpriv", in: folders) != nil
  }

  /// The process that is started: QEMU by way of setpriv where there is one.
  ///
  /// Cancelling the task kills QEMU, and Ctrl-C reaches it as part of the group; a caller that is
  /// killed can do nothing, so the kernel does. It watches the thread that started QEMU, and
  /// swift-subprocess starts everything from one thread that lives as long as the program.
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

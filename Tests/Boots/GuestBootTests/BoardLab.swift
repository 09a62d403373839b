// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// What the tests of other machines need beside the lab.
enum BoardLab {
  static func kernel(_ name: String) -> String { Lab.cache + "/kernels/\(name)/vmlinuz" }
  static func initrd(_ name: String) -> String { Lab.cache + "/initrd/\(name).img" }

  static func loader(_ name: String) -> String {
    Lab.repository.appending(path: "dist/\(name)/kexec").path
  }

  /// The loaders for 32-bit ARM that are tried; the second is one more build.
  static let loaders = Lab.matrix == "full" ? ["armel", "armhf"] : ["armel"]

  /// The source of a program for the guest.
  static func program(_ name: String) -> String {
    Lab.repository.appending(path: "Tests/Boots/GuestBootTests/programs/\(name).S").path
  }

  /// What is not there.
  static let missing: [String] = {
    let files =
      ["tiny-no-kuser", "tiny-armv5"].map(kernel) + ["initrd-armel", "initrd-log"].map(initrd)
      + loaders.map(loader)
    return Lab.missing + files.filter { !FileManager.default.isReadableFile(atPath: $0) }
  }()

  /// With a matrix named, what is missing is a failure, and nothing is skipped.
  static let isWanted = Lab.matrix != nil || missing.isEmpty
}

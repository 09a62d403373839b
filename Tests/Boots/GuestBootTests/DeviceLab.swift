// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// What these tests need beside the lab: our loader and Debian's, both for the guest.
enum DeviceLab {
  static let loader = Lab.repository.appending(path: "dist/armel/kexec").path
  /// Debian's kexec-tools.
  static let reference = Lab.cache + "/kexec-tools/kexec"

  /// The shared libraries of Debian's kexec-tools.
  static let referenceLibraries: [String] = {
    let folder = Lab.cache + "/kexec-tools/lib"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().map { folder + "/" + $0 }
  }()

  static let missing =
    Lab.missing
    + [loader, reference].filter { !FileManager.default.isReadableFile(atPath: $0) }

  /// With a matrix named, a missing file is a failure.
  static let isWanted = Lab.matrix != nil || missing.isEmpty

  /// Fails where something is missing.
  static func require() throws {
    guard missing.isEmpty else {
      throw Program.Failure(
        command: "the device lab", errors: "missing: " + missing.joined(separator: ", "))
    }
  }
}

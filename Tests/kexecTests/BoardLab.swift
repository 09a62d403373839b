// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the tests of other machines need and do not make: kernels in the cache, loaders, programs.
enum BoardLab {
  private static let environment = ProcessInfo.processInfo.environment
  static let matrix = environment["SWIFT_KEXEC_MATRIX"]

  static let cache: String = {
    if let path = environment["SWIFT_KEXEC_CACHE"] { return path }
    if let path = environment["XDG_CACHE_HOME"] { return path + "/swift-kexec" }
    return NSHomeDirectory() + "/.cache/swift-kexec"
  }()

  static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  static func kernel(_ name: String) -> String { cache + "/kernels/\(name)/vmlinuz" }
  static func loader(_ name: String) -> String { repository + "/dist/\(name)/kexec" }

  /// The source of a program for the guest.
  static func program(_ name: String) -> String {
    repository + "/Tests/kexecTests/programs/\(name).S"
  }

  /// What is not there.
  static let missing: [String] = {
    let files =
      ["armmp", "tiny-gzip", "tiny-atags", "tiny-no-kuser", "tiny-armv5"].map(kernel)
      + ["armel", "armhf"].map(loader)
      + ["initrd.img", "initrd-armel.img", "initrd-log.img"].map { cache + "/initrd/" + $0 }
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    let programs = ["qemu-system-arm", "dtc", "arm-linux-gnueabi-as", "arm-linux-gnueabi-ld"]
    return files.filter { !FileManager.default.isReadableFile(atPath: $0) }
      + programs.filter { name in
        !folders.contains { FileManager.default.isExecutableFile(atPath: $0 + "/" + name) }
      }
  }()

  /// With a matrix named, what is missing is a failure, and nothing is skipped.
  static let isWanted = matrix != nil || missing.isEmpty
}

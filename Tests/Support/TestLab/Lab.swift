// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// What the tests need and do not make: kernels in the cache, programs of Debian.
package enum Lab {
  package static let matrix = ProcessInfo.processInfo.environment["SWIFT_KEXEC_MATRIX"]

  package static let cache: String = {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["SWIFT_KEXEC_CACHE"] { return path }
    if let path = environment["XDG_CACHE_HOME"] { return path + "/swift-kexec" }
    return NSHomeDirectory() + "/.cache/swift-kexec"
  }()

  package static let initrd = cache + "/initrd/initrd.img"
  package static let vexpressTree = cache + "/dtbs/vexpress-v2p-ca15-tc1.dtb"
  package static let atagsKernel = cache + "/kernels/tiny-atags/vmlinuz"

  /// The kernels of Debian's stable release and of its unstable one that the mirror could serve;
  /// scripts/fetch/unserved-suites tells of the others.
  package static let newest = ["stable", "sid"].filter {
    FileManager.default.isReadableFile(atPath: newestPath($0))
  }

  package static func newestPath(_ suite: String) -> String {
    cache + "/kernels/" + suite + "/vmlinuz"
  }

  /// What is not there.
  package static let missing: [String] = {
    let files =
      LabKernel.names.map { cache + "/kernels/\($0)/vmlinuz" }
      + LabKernel.tinyNames.flatMap { name in
        ["vmlinux", "Image"].map { cache + "/kernels/\(name)/\($0)" }
      } + [initrd, vexpressTree, atagsKernel]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let programs = [
      "qemu-system-arm", "fdtput", "fdtget", "dtc", "mkimage", "cpio", "gzip", "python3",
      "arm-linux-gnueabihf-nm",
    ].filter { name in
      !folders.contains { FileManager.default.isExecutableFile(atPath: $0 + "/" + name) }
    }
    return files.filter { !FileManager.default.isReadableFile(atPath: $0) } + programs
  }()

  /// Tests of real kernels are skipped only where nobody asked for them: with a matrix named, a
  /// missing kernel is a failure.
  package static let isWanted = matrix != nil || missing.isEmpty

  package static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}

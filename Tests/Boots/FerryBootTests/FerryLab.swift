// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// What tests of bundles need beyond the kernels: Ferry as it was built, and those who load bundles.
enum FerryLab {
  static let ferry = Lab.repository.appending(path: "dist/ferry/ferry.elf").path
  static let tinyARMv5 = Lab.cache + "/kernels/tiny-armv5/vmlinuz"
  static let armv5Tree = Lab.cache + "/kernels/tiny-armv5/versatile-pb.dtb"
  static let armv5Initrd = Lab.cache + "/initrd/initrd-armel.img"
  static let reference = Lab.cache + "/kexec-tools/kexec"
  static let referenceLibraries = Lab.cache + "/kexec-tools/lib"

  static let missing = [
    ferry, tinyARMv5, armv5Tree, armv5Initrd, reference, Lab.cache + "/u-boot/u-boot.bin",
  ].filter { !FileManager.default.isReadableFile(atPath: $0) }

  /// As in the other labs: with a matrix named, what is missing is a failure.
  static let isWanted = Lab.isWanted && (Lab.matrix != nil || missing.isEmpty)

  /// The words that make a bundle of a kernel of the lab for `-M virt`.
  static func virt(
    _ kernel: LabKernel, mebibytes: Int = 512, append: String = "console=ttyAMA0"
  ) async throws -> [String] {
    [
      try kernel.path, "--initrd", Lab.initrd, "--dtb",
      try await VirtTree.shared.path(mebibytes: mebibytes), "--append", append,
    ]
  }

  /// For an ARM9 whose RAM begins at address 0.
  static let versatile = [
    tinyARMv5, "--initrd", armv5Initrd, "--dtb", armv5Tree, "--append", "console=ttyAMA0",
  ]

  /// Makes a bundle and gives its path.
  static func bundle(_ arguments: [String]) async throws -> String {
    let file = try Scratch.folder("bundle").appending(path: "board.img").path
    let outcome = try await KX.run(["bundle"] + arguments + ["-o", file])
    guard outcome.code == 0 else {
      throw Program.Failure(command: "kx bundle", errors: outcome.errors)
    }
    return file
  }

  /// Starts a bundle as scripts/lab/boot-bundle does.
  static func start(_ bundle: String, _ options: [String] = []) async throws -> Program.Outcome {
    try await Gate.programs.passing {
      try await Program.run(
        Lab.repository.appending(path: "scripts/lab/boot-bundle").path, options + [bundle])
    }
  }

  /// The last lines of a console, for a failed expectation.
  static func tail(_ outcome: Program.Outcome) -> String {
    "exit \(outcome.code)\n\(outcome.text.suffix(3000))\(outcome.errors.suffix(1000))"
  }
}

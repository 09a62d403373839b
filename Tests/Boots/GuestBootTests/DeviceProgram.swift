// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// The loader as `make device` built it. What is not for this host runs under QEMU, each on the oldest
/// processor that it is for.
struct DeviceProgram: Sendable, CustomTestStringConvertible {
  private static let emulators: [String: [String]] = [
    "armel": ["qemu-arm-static", "-cpu", "arm926"],
    "armhf": ["qemu-arm-static", "-cpu", "cortex-a8"],
    "aarch64": ["qemu-aarch64-static", "-cpu", "cortex-a53"],
    "x86_64": [],
    "native": [],
  ]

  let architecture: String

  var testDescription: String { architecture }
  private var path: String {
    Lab.repository.appending(
      path: architecture == "native" ? ".build-native/kexec" : "dist/\(architecture)/kexec"
    ).path
  }

  /// Those that a matrix builds; without one, those that are there.
  static let wanted: [DeviceProgram] = {
    let all = emulators.keys.sorted().map { DeviceProgram(architecture: $0) }
    switch Lab.matrix {
    case nil: return all.filter { FileManager.default.isExecutableFile(atPath: $0.path) }
    case "full": return all
    // The native one has more than that of x86_64.
    default: return all.filter { !["aarch64", "x86_64"].contains($0.architecture) }
    }
  }()

  /// Runs it as soon as there is a core for it; `addressSpace` is all that it may have, in bytes, which an
  /// emulator does not heed.
  func run(_ arguments: [String], addressSpace: Int? = nil) async throws -> Program.Outcome {
    let limit = addressSpace.map { ["prlimit", "--as=\($0)"] } ?? []
    let words = try limit + #require(Self.emulators[architecture]) + [path] + arguments
    return try await Gate.programs.passing {
      try await Program.run(words[0], Array(words.dropFirst()))
    }
  }
}

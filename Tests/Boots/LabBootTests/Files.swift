// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the tests find on this machine.
enum Files {
  static let cache =
    ProcessInfo.processInfo.environment["SWIFT_KEXEC_CACHE"]
    ?? (ProcessInfo.processInfo.environment["XDG_CACHE_HOME"]
      ?? NSHomeDirectory() + "/.cache") + "/swift-kexec"

  static let hasQEMU = find("qemu-system-arm") != nil

  /// Gives the path of a program on the PATH.
  static func find(_ program: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { $0 + "/" + program }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func has(_ paths: String...) -> Bool {
    paths.allSatisfy { FileManager.default.isReadableFile(atPath: cache + "/" + $0) }
  }

  static func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: cache + "/" + path)))
  }

  /// Counts the processes whose command line contains a text.
  static func processes(containing text: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.filter { name in
      guard Int(name) != nil,
        let line = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(name)/cmdline"))
      else { return false }
      return String(decoding: line, as: UTF8.self).contains(text)
    }.count
  }

  /// Edits a device tree by `fdtput`: one argument list a property.
  static func edited(_ tree: [UInt8], _ edits: [[String]]) throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("swift-kexec-\(UInt64.random(in: 0...UInt64.max)).dtb")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(tree).write(to: file)
    for edit in edits {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: find("fdtput") ?? "fdtput")
      process.arguments = ["-p", "-t", edit[0], file.path] + edit.dropFirst()
      try process.run()
      process.waitUntilExit()
    }
    return Array(try Data(contentsOf: file))
  }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The device trees that QEMU makes for its board `virt`, as files.
actor VirtTree {
  static let shared = VirtTree()

  private var made: [String: Task<String, any Error>] = [:]

  /// The tree of a board with so much RAM in one bank.
  func path(mebibytes: Int) async throws -> String {
    try await once("\(mebibytes)") { try await Self.dump(mebibytes) }
  }

  /// 512 MiB with a hole: 0x44000000 to 0x47ffffff is not told of.
  func pathWithHole() async throws -> String {
    try await path(
      banks: [(0x4000_0000, 0x400_0000), (0x4800_0000, 0x1800_0000)], named: "hole")
  }

  /// The tree of a board whose RAM is elsewhere; for planning.
  func path(banks: [(start: UInt64, size: UInt64)], named name: String) async throws -> String {
    try await once(name) {
      let file = try Scratch.folder("tree").appending(path: "\(name).dtb").path
      try await Program.succeed("cp", try await Self.dump(512), file)
      let cells = banks.flatMap { ["0", hex($0.start), "0", hex($0.size)] }
      let outcome = try await Program.run(
        "fdtput", ["-t", "x", file, "/memory@40000000", "reg"] + cells)
      guard outcome.code == 0 else {
        throw Program.Failure(command: "fdtput", errors: outcome.errors)
      }
      return file
    }
  }

  private func once(
    _ key: String, _ make: @escaping @Sendable () async throws -> String
  ) async throws -> String {
    if let task = made[key] { return try await task.value }
    let task = Task { try await make() }
    made[key] = task
    return try await task.value
  }

  private static func dump(_ mebibytes: Int) async throws -> String {
    let file = try Scratch.folder("tree").appending(path: "virt\(mebibytes).dtb").path
    try await Program.succeed(
      "qemu-system-arm", "-machine", "virt,highmem=off,dumpdtb=\(file)", "-cpu", "cortex-a15",
      "-m", "\(mebibytes)", "-display", "none")
    return file
  }
}

private func hex(_ value: UInt64) -> String { String(value, radix: 16) }

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The device trees that QEMU makes for its board `virt`, as files.
package actor VirtTree {
  package static let shared = VirtTree()

  private var made: [String: Task<String, any Error>] = [:]

  /// The tree of a board with so much RAM in one bank.
  package func path(mebibytes: Int) async throws -> String {
    try await once("\(mebibytes)") { try await Self.dump(mebibytes) }
  }

  /// The tree of a board with 512 MiB whose processor has a HYP mode.
  package func pathWithHYP() async throws -> String {
    try await once("HYP") { try await Self.dump(512, options: ",virtualization=on") }
  }

  /// 512 MiB with a hole: 0x44000000 to 0x47ffffff is not told of.
  package func pathWithHole() async throws -> String {
    try await path(
      banks: [(0x4000_0000, 0x400_0000), (0x4800_0000, 0x1800_0000)], named: "hole")
  }

  /// The tree of a board whose RAM is elsewhere; for planning.
  package func path(banks: [(start: UInt64, size: UInt64)], named name: String) async throws
    -> String
  {
    try await once(name) {
      let cells = banks.flatMap { ["0", hex($0.start), "0", hex($0.size)] }
      return try await Self.changed(
        try await Self.dump(512), "\(name).dtb", [["-t", "x", "/memory@40000000", "reg"] + cells])
    }
  }

  /// The tree of a board with so much RAM in one bank, a part of which is reserved by a node.
  package func path(mebibytes: Int, reserving range: Range<UInt64>) async throws -> String {
    let node = "/reserved-memory/kept@" + hex(range.lowerBound)
    let reg = ["0", hex(range.lowerBound), "0", hex(range.upperBound - range.lowerBound)]
    return try await once("\(mebibytes) \(node)") {
      try await Self.changed(
        try await Self.dump(mebibytes), "reserved.dtb",
        [
          ["-c", "/reserved-memory"],
          ["-t", "x", "/reserved-memory", "#address-cells", "2"],
          ["-t", "x", "/reserved-memory", "#size-cells", "2"],
          ["/reserved-memory", "ranges"],
          ["-c", node],
          ["-t", "x", node, "reg"] + reg,
        ])
    }
  }

  /// The tree of a board with 512 MiB, packed, without its memory node.
  package func pathWithoutMemory() async throws -> String {
    try await once("without memory") {
      try await Self.changed(
        try await Self.pack(try await Self.dump(512)), "without-memory.dtb",
        [["-r", "/memory@40000000"]])
    }
  }

  /// The tree of a board with 512 MiB in as few bytes as it takes; QEMU's has 1 MiB.
  package func packed() async throws -> String {
    try await once("packed") { try await Self.pack(try await Self.dump(512)) }
  }

  private static func pack(_ tree: String) async throws -> String {
    let file = try Scratch.folder("tree").appending(path: "packed.dtb").path
    try await Program.succeed("dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", file, tree)
    return file
  }

  /// A copy of a tree, changed by fdtput; each change is the words around the name of the file.
  private static func changed(
    _ tree: String, _ name: String, _ changes: [[String]]
  ) async throws -> String {
    let file = try Scratch.folder("tree").appending(path: name).path
    try await Program.succeed("cp", tree, file)
    for change in changes {
      let options = Array(change.prefix(change[0] == "-t" ? 2 : change[0].hasPrefix("-") ? 1 : 0))
      let words = options + [file] + change.dropFirst(options.count)
      let outcome = try await Program.run("fdtput", words)
      guard outcome.code == 0 else {
        throw Program.Failure(
          command: "fdtput " + words.joined(separator: " "), errors: outcome.errors)
      }
    }
    return file
  }

  private func once(
    _ key: String, _ make: @escaping @Sendable () async throws -> String
  ) async throws -> String {
    if let task = made[key] { return try await task.value }
    let task = Task { try await make() }
    made[key] = task
    return try await task.value
  }

  private static func dump(_ mebibytes: Int, options: String = "") async throws -> String {
    let file = try Scratch.folder("tree").appending(path: "virt\(mebibytes).dtb").path
    try await Program.succeed(
      "qemu-system-arm", "-machine", "virt,highmem=off\(options),dumpdtb=\(file)", "-cpu",
      "cortex-a15",
      "-m", "\(mebibytes)", "-display", "none")
    return file
  }
}

private func hex(_ value: UInt64) -> String { String(value, radix: 16) }

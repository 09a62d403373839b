// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// Kernel files of every kind that the loader takes, a machine to plan for, and the plans that kx makes;
/// each made once for all architectures.
actor DeviceFiles {
  static let shared = DeviceFiles()

  /// A kernel file, and by which handover it is planned.
  struct Case: Hashable, Sendable {
    let name: String
    let handover: String
  }

  /// Each library decodes in at least one: zImages without a table of sizes are inflated to find what
  /// is in them, and every image handover of what is compressed inflates.
  static let cases: [Case] =
    ["gzip", "xz", "lzma", "lzo", "lz4"].map { Case(name: "tiny-" + $0, handover: "image") }
    + [
      "largest dictionary", "Image.gz", "Image.bz2", "Image.zst", "Image.lz4", "FIT", "vmlinux",
      "armmp",
    ]
    .map { Case(name: $0, handover: "image") }
    + ["uImage", "Android", "zImage+DTB", "armmp"].map { Case(name: $0, handover: "zimage") }

  private var texts: [String: Task<String, any Error>] = [:]
  private var files: Task<KernelFiles, any Error>?
  private var plans: [Case: Task<Program.Outcome, any Error>] = [:]

  /// What follows the verb, for kx and for the loader alike.
  func options(_ file: Case) async throws -> [String] {
    [
      try await once(file.name) { try await self.path(file.name) }, "--initrd", Lab.initrd,
      "--append", "console=ttyAMA0", "--handover", file.handover, "--machine",
      try await once("snapshot") { try await Self.snapshot() },
    ]
  }

  /// The plan that kx makes.
  func plan(_ file: Case) async throws -> Program.Outcome {
    let options = try await options(file)
    if let task = plans[file] { return try await task.value }
    let task = Task { try await KX.run(["plan", "--json"] + options) }
    plans[file] = task
    return try await task.value
  }

  private func once(
    _ key: String, _ make: @escaping @Sendable () async throws -> String
  ) async throws -> String {
    if let task = texts[key] { return try await task.value }
    let task = Task { try await make() }
    texts[key] = task
    return try await task.value
  }

  private func wrapped() async throws -> KernelFiles {
    if let files { return try await files.value }
    let task = Task { try await KernelFiles() }
    files = task
    return try await task.value
  }

  private func path(_ name: String) async throws -> String {
    switch name {
    case "armmp": return try LabKernel(name).path
    case "largest dictionary": return try Self.largestDictionary(LabKernel("tiny-xz", .erased).path)
    case "Image.gz": return try await wrapped().imageGzip
    case "FIT": return try await wrapped().fit
    case "vmlinux": return try await wrapped().vmlinux
    case "uImage": return try await wrapped().uImageOfZImage
    case "Android": return try await wrapped().android
    case "zImage+DTB": return try await wrapped().zImageWithTree
    case "Image.bz2": return try await packed(name, "bzip2")
    case "Image.zst": return try await packed(name, "zstd")
    case "Image.lz4": return try await packed(name, "lz4")
    default: return try LabKernel(name, .erased).path
    }
  }

  private func packed(_ name: String, _ program: String) async throws -> String {
    let image = LabKernel("tiny-gzip").folder + "/Image"
    return try Scratch.file(name, try await Program.succeed(program, "-c", image).output)
  }

  /// A zImage whose payload states a dictionary of 4 GiB less a byte: more than 32-bit programs can address.
  ///
  /// Source: The .xz File Format 1.1.0, 3.1 (block header), 5.3.1 (LZMA2: one byte of properties).
  private static func largestDictionary(_ path: String) throws -> String {
    var bytes = try Scratch.bytes(path)
    let magic: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1]
    guard
      let stream = bytes.indices.last(where: { bytes[$0...].starts(with: magic) }),
      let filter = bytes[(stream + 12)...].firstIndex(of: 0x21)
    else { throw CocoaError(.fileReadCorruptFile) }
    bytes[filter + 2] = 40
    let header = (stream + 12)..<(stream + 12 + Int(bytes[stream + 12]) * 4)
    var sum = UInt32.max
    for byte in bytes[header] {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xedb8_8320) }
    }
    for index in 0..<4 {
      bytes[header.upperBound + index] = UInt8(truncatingIfNeeded: ~sum >> (8 * index))
    }
    return try Scratch.file("dictionary", bytes)
  }

  /// A snapshot as cpio makes it of three files.
  private static func snapshot() async throws -> String {
    let folder = try Scratch.folder("snapshot")
    let iomem = "40000000-5fffffff : System RAM\n  40208000-413fffff : Kernel code\n"
    try Data(iomem.utf8).write(to: folder.appending(path: "iomem"))
    try Data("console=ttyAMA0 running\n".utf8).write(to: folder.appending(path: "cmdline"))
    try await Program.succeed(
      "cp", try await VirtTree.shared.path(mebibytes: 512), folder.appending(path: "fdt").path)
    try await Program.succeed(
      "sh", "-c",
      "cd '\(folder.path)' && printf '%s\\n' iomem cmdline fdt | cpio -o -H newc --quiet >all")
    return folder.appending(path: "all").path
  }
}

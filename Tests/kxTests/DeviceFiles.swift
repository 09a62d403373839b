// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Kernel files of every kind that the loader takes, made of the lab's kernels, and the plans that kx
/// makes for them; each made once for all architectures.
actor DeviceFiles {
  static let shared = DeviceFiles()

  /// A kernel file, and by which handover it is planned.
  struct Case: Hashable, Sendable {
    let name: String
    let handover: String
  }

  /// Each library decodes in at least one: zImages without a table of sizes are inflated to find what
  /// is in them, and every image handover inflates.
  static let cases: [Case] =
    ["gzip", "xz", "lzma", "lzo", "lz4"].map { Case(name: "tiny-" + $0, handover: "image") }
    + ["gz", "bz2", "zst", "lz4"].map { Case(name: "Image." + $0, handover: "image") }
    + [
      Case(name: "uImage", handover: "zimage"), Case(name: "FIT", handover: "image"),
      Case(name: "armmp", handover: "image"), Case(name: "armmp", handover: "zimage"),
    ]

  private var texts: [String: Task<String, any Error>] = [:]
  private var outcomes: [Case: Task<Program.Outcome, any Error>] = [:]

  /// What follows the verb, for kx and for the loader alike.
  func options(_ file: Case) async throws -> [String] {
    [
      try await once(file.name) { try await Self.make(file.name) }, "--initrd", Lab.initrd,
      "--append", "console=ttyAMA0", "--handover", file.handover, "--machine",
      try await once("snapshot") { try await Self.snapshot() },
    ]
  }

  /// The plan that kx makes.
  func plan(_ file: Case) async throws -> Program.Outcome {
    if let task = outcomes[file] { return try await task.value }
    let options = try await options(file)
    if let task = outcomes[file] { return try await task.value }
    let task = Task { try await KX.run(["plan", "--json"] + options) }
    outcomes[file] = task
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

  private static func make(_ name: String) async throws -> String {
    if name == "armmp" { return try LabKernel(name).path }
    if name.hasPrefix("tiny-") { return try LabKernel(name, .erased).path }
    let folder = try Scratch.folder("kernel")
    let image = LabKernel("tiny-gzip").folder + "/Image"
    let steps: String
    switch name {
    case "Image.gz": steps = "gzip -c '\(image)' >Image.gz"
    case "Image.bz2": steps = "bzip2 -c '\(image)' >Image.bz2"
    case "Image.zst": steps = "zstd -q -c '\(image)' >Image.zst"
    case "Image.lz4": steps = "lz4 -q -c '\(image)' >Image.lz4"
    case "uImage":
      steps =
        "mkimage -A arm -O linux -T kernel -C none -a 0x40008000 -e 0x40008000 -n lab -d '"
        + LabKernel("tiny-xz").folder + "/vmlinuz' uImage"
    default:
      let source = """
        /dts-v1/; / { description = "lab"; images { kernel { data = /incbin/("Image.bz2");
          type = "kernel"; arch = "arm"; os = "linux"; compression = "bzip2";
          load = <0x40008000>; entry = <0x40008000>; hash-1 { algo = "sha256"; }; }; };
          configurations { default = "one"; one { kernel = "kernel"; }; }; };
        """
      try Data(source.utf8).write(to: folder.appending(path: "source.its"))
      steps = "bzip2 -c '\(image)' >Image.bz2 && mkimage -f source.its FIT"
    }
    try await Program.succeed("sh", "-c", "cd '\(folder.path)' && \(steps)")
    return folder.appending(path: name).path
  }
}

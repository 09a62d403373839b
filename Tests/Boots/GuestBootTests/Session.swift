// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// One run of guest/session.sh on stock Debian: what the loader answered to each question.
struct Session: Sendable {
  struct Answer: Sendable {
    let code: Int32
    let lines: [String]

    var text: String { lines.joined(separator: "\n") }
    /// What the guest sent packed.
    var bytes: [UInt8] {
      get async throws {
        let file = try Scratch.file("answer.gz.base64", text.utf8)
        return try await Program.succeed(
          "bash", "-euo", "pipefail", "-c", "base64 -d \"$1\" | gzip -dc", "-", file
        ).output
      }
    }
  }

  /// By the names of guest/session.sh.
  let answers: [String: Answer]
  /// The folder that holds the files under the names that they have in the guest.
  let folder: URL
  let console: [String]

  /// What is planned in the guest and on the host.
  static let plans = [
    "armmp --initrd=initrd.img --append=console=ttyAMA0",
    "armmp-lpae --initrd=initrd.img --handover=zimage --append=panic=1",
    "tiny-gzip --initrd=initrd.uimage --handover=zimage",
    "tiny-gzip --initrd=initrd.img --initrd=initrd.uimage --dtb=without-memory.dtb",
    "Image --initrd=initrd.img",
    "zImage.dtb --append=quiet",
    "boot.img",
    "fit.itb --initrd=text",
    "armmp-lpae --initrd=initrd.img --dtb=without-memory.dtb",
  ]

  /// The run, made once.
  static let shared = Task<Session, any Error> {
    let files = try await KernelFiles()
    let folder = try Scratch.folder("session")
    func new(_ name: String, _ bytes: some Sequence<UInt8>) throws {
      try Data(bytes).write(to: folder.appending(path: name))
    }
    let armmp = try LabKernel("armmp").path
    for (name, path) in [
      ("armmp", armmp), ("armmp-lpae", try LabKernel("armmp-lpae").path),
      ("tiny-gzip", files.zImage), ("Image", files.image), ("zImage.dtb", files.zImageWithTree),
      ("boot.img", files.android), ("fit.itb", files.fit), ("initrd.img", Lab.initrd),
      ("without-memory.dtb", try await VirtTree.shared.pathWithoutMemory()),
      ("kexec-tools", DeviceLab.reference),
    ] {
      try FileManager.default.copyItem(atPath: path, toPath: folder.appending(path: name).path)
    }
    try new("text", "this is no kernel\n".utf8)
    try new("truncated", try Scratch.bytes(armmp).prefix(3_000_000))
    try new("arm64", arm64Image)
    try new("plans", plans.joined(separator: "\n").utf8 + [0x0a])
    try await Program.succeed(
      "mkimage", "-A", "arm", "-O", "linux", "-T", "ramdisk", "-C", "gzip", "-n", "wrapped", "-d",
      Lab.initrd, folder.appending(path: "initrd.uimage").path)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    var guest = Guest(commands: "session.sh", libraries: DeviceLab.referenceLibraries)
    guest.files = names.map { Guest.File($0, folder.appending(path: $0).path) }
    let outcome = try await guest.run()
    return Session(
      answers: read(outcome.console), folder: folder, console: outcome.console)
  }

  /// A header as every arm64 kernel has it, and nothing behind it.
  ///
  /// Source: Linux 6.1, Documentation/arm64/booting.rst.
  private static let arm64Image: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 65536)
    bytes[18] = 1
    bytes.replaceSubrange(56..<60, with: [0x41, 0x52, 0x4d, 0x64])
    return bytes
  }()

  private static func read(_ console: [String]) -> [String: Answer] {
    var answers: [String: Answer] = [:]
    var lines: [String] = []
    for line in console {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 3, words[0] == "swift-kexec", words[1] == "begin" {
        lines = []
      } else if words.count == 4, words[0] == "swift-kexec", words[1] == "end",
        let code = Int32(words[3])
      {
        answers[words[2]] = Answer(code: code, lines: lines)
      } else {
        lines.append(line)
      }
    }
    return answers
  }

  /// The answer to a question of guest/session.sh.
  func answer(_ name: String) throws -> Answer {
    guard let answer = answers[name] else {
      throw Program.Failure(
        command: "guest/session.sh: " + name, errors: console.suffix(40).joined(separator: "\n"))
    }
    return answer
  }
}

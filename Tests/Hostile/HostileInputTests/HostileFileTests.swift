// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import LinuxInterface
@testable import Samples
import TestLab
import Testing

/// Both programs on files that are no plain files, or do not stay as they are.
@Suite("Hostile files")
struct HostileFileTests {
  /// A folder with what a boot needs: `k`, `i`, `t`, `m`.
  private static func folder() throws -> URL {
    let folder = try Scratch.folder("hostile-files")
    let kernel = SyntheticZImage(
      image: SyntheticImage(byteCount: 0x9100, texts: ["linux,dummy-virt", "arm,pl011"]))
    let state = try MachineState.read(from: SampleMachine.kernel())
    let tree = try #require(state.parameters.tree)
    for (name, bytes) in [
      ("k", kernel.bytes()), ("i", MachineSnapshot.bytes(of: state)), ("t", tree.flattened()),
      ("m", MachineSnapshot.bytes(of: state)),
    ] { try Data(bytes).write(to: folder.appending(path: name)) }
    return folder
  }

  /// Lines that read each of the files; the programs stand beside the tests.
  static let lines = [
    "kx plan k --initrd i --dtb t --machine m --json",
    "kexec -l k --initrd=i --dtb=t --dry-run --json --machine=m",
  ]

  private static func run(
    _ line: String, _ folder: URL, after make: String = "true"
  ) async throws -> Program.Outcome {
    let programs = URL(filePath: KX.path).deletingLastPathComponent().path
    return try await Gate.programs.passing {
      try await Program.run(
        "/bin/sh", ["-c", "PATH=\(programs):$PATH\n\(make)\nexec \(line)"], folder: folder,
        seconds: 60)
    }
  }

  /// How a file is made, and what is said of it; nil when it is read like any other.
  static let kinds: [(make: String, words: String?)] = [
    ("mv F G; ln -s G F", nil), ("mv F G; mkfifo F; cat G >F &", nil),
    ("rm F; mkdir F", "folder"), ("rm F; ln -s F F", "symbolic link"),
    ("rm F; ln -s gone F", "No such file"), ("rm F; ln -s /dev/zero F", "device"),
    ("rm F; ln -s /dev/null F", "device"), ("rm F; ln -s /dev/full F", "device"),
    ("rm F; python3 -c 'import socket as s; s.socket(s.AF_UNIX).bind(\"F\")'", "socket"),
  ]

  @Test("What is no plain file is read to its end or refused by its kind", arguments: lines)
  func special(line: String) async throws {
    for name in ["k", "i", "t", "m"] {
      for (make, words) in Self.kinds {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let make = make.replacing("F", with: name).replacing("G", with: name + "-real")
        let outcome = try await Self.run(line, folder, after: make)
        if let words {
          #expect(outcome.code == 66, "\(make): \(outcome.errors)")
          #expect(outcome.errors.contains(words), "\(make): \(outcome.errors)")
          #expect(outcome.errors.contains("hint: "))
        } else {
          #expect([0, 1, 65].contains(outcome.code), "\(make): \(outcome.errors)")
        }
      }
    }
  }

  @Test("A pipe without an end is given up, and its bytes are not kept", arguments: lines)
  func endless(line: String) async throws {
    let folder = try Self.folder()
    let outcome = try await Self.run(
      line, folder, after: "rm i; mkfifo i; (exec cat /dev/zero >i) &")
    #expect(outcome.code == 66, "\(outcome.errors)")
    #expect(outcome.errors.contains("'i'"))
  }

  @Test("A file that is shortened while it is read ends in 66, whenever that is", arguments: lines)
  func shrinking(line: String) async throws {
    var told = 0
    for (turn, pause) in [0, 2, 5, 10, 20, 30, 40, 50].enumerated() {
      let folder = try Self.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      // So much must be gone through: a member of an archive that is 32 MiB long.
      let make = """
        head -c 33554432 /dev/zero >z; echo z | cpio --quiet -o -H newc >i
        (sleep 0.\(pause < 10 ? "0" : "")\(pause); truncate -s \(turn % 2 == 0 ? 0 : 4100) i) &
        """
      let outcome = try await Self.run(line, folder, after: make)
      #expect([0, 1, 65, 66, 73].contains(outcome.code), "\(pause): \(outcome.errors)")
      if outcome.code == 66 {
        told += 1
        #expect(outcome.errors.contains("'i' changed while it was read"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
      }
    }
    print("shortened while it was read: told \(told) times of 8, \(line)")
  }
}

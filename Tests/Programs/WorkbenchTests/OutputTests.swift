// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Where `kx` writes, and that nothing is lost by it.
@Suite("Files that kx writes")
struct OutputTests {
  static let figures = "--assume inflated=20M,bss=512K --ram 0x40000000+512M"

  /// Runs a line of the shell in a new folder; `kx` is the program, `$plan` a plan without files.
  private func shell(
    _ line: String, before: String = "true"
  ) async throws -> (outcome: Program.Outcome, folder: URL) {
    let folder = try Scratch.folder("output")
    let outcome = try await Gate.programs.passing {
      try await Program.run(
        "/bin/sh", ["-c", "kx() { \"\(KX.path)\" \"$@\"; }; plan='\(Self.figures)'; \(line)"],
        folder: folder)
    }
    return (outcome, folder)
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("Every verb that is asked for help or version tells that the output is lost")
  func lostHelp() async throws {
    for words in [
      "", "--help", "--version", "help", "plan --help", "help try", "explain KX106",
      "plan $plan", "plan $plan --json", "plan $plan --map",
      "--generate-completion-script bash",
    ] {
      for target in [">/dev/full", ">&-"] {
        let (outcome, _) = try await shell("kx \(words) \(target)")
        #expect(outcome.code == 74, "\(words) \(target): \(outcome.errors)")
        #expect(outcome.errors.contains("error: the output cannot be written: "), "\(words)")
      }
      let (outcome, _) = try await shell("kx \(words)")
      #expect(outcome.code == 0 && !outcome.output.isEmpty, "\(words)")
    }
  }

  @Test("A picture goes through links, devices and the output's own name, and replaces none")
  func through() async throws {
    for (line, shown) in [
      ("kx plan $plan --svg /dev/stdout >out", "out"),
      ("echo before >out; kx plan $plan --svg /dev/stdout >>out", "out"),
      ("kx plan $plan --svg /dev/stdout | cat >out", "out"),
      ("kx plan $plan --svg /proc/self/fd/1 >out", "out"),
      ("ln -s there out; kx plan $plan --svg out >text; cat text >>there", "there"),
      ("mkfifo out; cat out >copy & kx plan $plan --svg out >text; wait; cat text >>copy", "copy"),
      ("kx plan $plan --svg - >out", "out"),
    ] {
      let (outcome, folder) = try await shell(line)
      #expect(outcome.code == 0, "\(line): \(outcome.errors)")
      let text = String(decoding: try Scratch.bytes(folder.path + "/" + shown), as: UTF8.self)
      #expect(text.hasPrefix(line.hasPrefix("echo") ? "before\n<?xml" : "<?xml"), "\(line)")
      // The picture whole, then the plan.
      let parts = text.split(separator: "</svg>\n")
      #expect(parts.count == 2 && parts[1].contains("0x40"), "\(line): \(parts.count)")
    }
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/dev/stdout")
    #expect(link.hasSuffix("fd/1"))
  }

  @Test("A file that is read is not written, by whatever name; nothing is done before that is told")
  func sameFile() async throws {
    let make =
      "echo kernel >k; cp k i; mkdir m; cp k m/iomem; ln k hard; ln -s k soft; ln -s soft softer;"
    for line in [
      "kx retag k -o k", "kx retag k -o ./k", "kx retag k -o hard", "kx retag k -o softer",
      "kx retag softer -o hard", "kx retag - -o k <k", "kx retag k -o - >>k",
      "kx retag k --vmlinux i -o i", "kx bundle k -o soft --ferry k",
      "kx bundle k --initrd i -o i --ferry k", "kx bundle i --ferry k -o hard",
      "kx plan k --svg hard --ram 0x40000000+512M", "kx plan k --initrd i --svg i",
      "kx plan k --dtb i --svg i", "kx plan k --dtb m/iomem --dtbo i --svg i",
      "kx plan k --machine m --svg m/iomem",
    ] {
      let (outcome, folder) = try await shell(make + line)
      #expect(outcome.code == 64, "\(line): \(outcome.errors)")
      #expect(outcome.errors.contains("is the same file and is read"), "\(line)")
      #expect(try Scratch.bytes(folder.path + "/k") == Array("kernel\n".utf8), "\(line)")
      #expect(try Scratch.bytes(folder.path + "/i") == Array("kernel\n".utf8), "\(line)")
      #expect(try names(folder) == ["hard", "i", "k", "m", "soft", "softer"], "\(line)")
    }
  }

  @Test(
    "A full disk leaves the old file, by whatever name, and nothing beside it",
    .enabled(if: geteuid() == 0, "only root can mount a small disk"))
  func fullDisk() async throws {
    let (outcome, folder) = try await shell(
      """
      mkdir d && unshare -m --propagation private sh -c '
      mount -t tmpfs -o size=8k none d && cd d || exit 9
      echo old >one; echo old >two; ln two again; ln -s one link; ls -A >../before
      for name in one two link new; do
        "\(KX.path)" plan \(Self.figures) --svg $name >/dev/null; echo $?
      done
      ls -A | diff ../before - && cat one two again link'
      """)
    #expect(
      outcome.text.prefix(200) == "74\n74\n74\n74\nold\nold\nold\nold\n", "\(outcome.errors)")
    #expect(outcome.errors.contains("'link' cannot be written: No space left on device"))
    #expect(try names(folder) == ["before", "d"])
  }

  @Test("Owner and permissions of a file stay; a new one has what the mask leaves")
  func permissions() async throws {
    let (outcome, _) = try await shell(
      """
      umask 027; echo old >old; chmod 604 old
      kx plan $plan --svg old >/dev/null && kx plan $plan --svg new >/dev/null
      stat -c %a old new
      """)
    #expect(outcome.text == "604\n640\n", "\(outcome.errors)")
  }
}

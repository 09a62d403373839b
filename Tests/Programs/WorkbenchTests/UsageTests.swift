// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// Exit codes and error texts.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct UsageTests {
  @Test(
    "Wrong usage is told on the error stream, exit code 64",
    arguments: [
      ["plan"], ["frobnicate"], ["inspect"], ["plan", "KERNEL"],
      ["plan", "KERNEL", "--ram", "5-4"],
      ["plan", "KERNEL", "--assume", "bogus=1"], ["plan", "KERNEL", "--handover", "magic"],
      ["plan", "KERNEL", "--type", "teapot", "--ram", "0+512M"],
      ["plan", "KERNEL", "--machine", "/proc/iomem", "--ram", "0+512M"],
      ["plan", "KERNEL", "--atags", "--dtb", "some.dtb"], ["try", "KERNEL", "--board", "toaster"],
      ["try", "KERNEL", "--timeout", "0"],
    ])
  func usage(arguments: [String]) async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let outcome = try await KX.run(arguments.map { $0 == "KERNEL" ? kernel : $0 })
    #expect(outcome.code == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.lowercased().hasPrefix("error: "))
  }

  @Test(
    "An option of which nothing would come is refused, exit code 64",
    arguments: [
      ("plan KERNEL --dtb TREE --dtb-index 0", "--dtb-index has no effect"),
      ("plan KERNEL --dtb TREE --machine-number 7", "--machine-number has no effect"),
      ("plan --ram 0+512M --assume inflated=20M --type Image", "--type has no effect"),
      ("plan --ram 0+512M --assume inflated=20M --dtb-index 1", "--dtb-index has no effect"),
      ("plan KERNEL --dtb TREE --assume zimage=5M", "--assume zimage has no effect"),
      ("plan KERNEL --dtb TREE --assume unpacked=5M", "--assume unpacked has no effect"),
      (
        "plan KERNEL --dtb TREE --initrd INITRD --assume initrd=5M", "--assume initrd has no effect"
      ),
      ("plan --ram 0+512M --assume inflated=20M,bump=1", "--assume bump has no effect"),
      ("plan KERNEL --dtb TREE --svg-theme dark", "add --svg FILE"),
      ("plan KERNEL --atags --dtb-index 1", "leave out --dtb, --dtbo and --dtb-index"),
      ("try KERNEL --measure --expect x", "leave out --expect"),
      ("try KERNEL --quiet --raw-console", "leave out --raw-console"),
      ("inspect TREE --image-size 20M", "--image-size has no effect"),
      ("try PLAN --initrd INITRD", "--initrd has no effect"),
      ("try PLAN --append x", "--append has no effect"),
      ("try PLAN --type zImage", "--type has no effect"),
    ])
  func vain(line: String, words: String) async throws {
    let (kernel, tree) = (
      try LabKernel("tiny-gzip").path, try await VirtTree.shared.path(mebibytes: 128)
    )
    let plan = line.contains("PLAN") ? try await PlanFile.save([kernel, "--dtb", tree]) : ""
    let files = ["KERNEL": kernel, "TREE": tree, "INITRD": Lab.initrd, "PLAN": plan]
    let arguments = line.split(separator: " ").map { files[String($0)] ?? String($0) }
    let outcome = try await KX.run(arguments)
    #expect(outcome.code == 64 && outcome.output.isEmpty, "\(outcome.text)")
    #expect(
      outcome.errors.contains(words) && outcome.errors.contains("hint: "), "\(outcome.errors)")
  }

  @Test("What is said of a file that is no kernel counts, where it is about the file")
  func typeOfTree() async throws {
    let tree = try await VirtTree.shared.path(mebibytes: 128)
    #expect(try await KX.run(["inspect", tree, "--type", "DTB"]).code == 0)
    #expect(try await KX.run(["inspect", tree, "--type", "zImage"]).code == 65)
  }

  @Test("--fit-config says that the file is a FIT: another is refused by every verb, exit code 65")
  func noFIT() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    for verb in [
      ["plan", "--ram", "0x40000000+512M"], ["inspect"], ["retag", "-o", "/nope"], ["try"],
    ] {
      let outcome = try await KX.run(verb + [kernel, "--fit-config", "conf-1"])
      #expect(outcome.code == 65, "\(outcome.errors)")
      #expect(outcome.errors.contains("the file is not of type FIT"), "\(outcome.errors)")
    }
  }

  @Test("A file that cannot be read is named with the reason, exit code 66")
  func unreadable() async throws {
    for path in ["/nonexistent/vmlinuz", "/tmp"] {
      for verb in [["inspect"], ["plan", "--ram", "0+512M"], ["try"]] {
        let outcome = try await KX.run(verb + [path])
        #expect(outcome.code == 66)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("error: '\(path)' "))
      }
    }
  }

  @Test("A file that cannot be written is named, exit code 74")
  func unwritable() async throws {
    let outcome = try await KX.run(
      [
        "plan", try LabKernel("tiny-gzip").path, "--ram", "0x40000000+512M", "--svg",
        "/nonexistent/map.svg",
      ])
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("/nonexistent/map.svg"))
  }

  @Test("A program that is missing is named with its Debian package, exit code 69")
  func missingProgram() async throws {
    let folder = try Scratch.folder("empty").path
    let outcome = try await Program.run(
      "/usr/bin/env", ["PATH=" + folder, KX.path, "try", try LabKernel("tiny-gzip").path])
    #expect(outcome.code == 69)
    #expect(outcome.errors.contains("apt-get install qemu-system-arm"))
  }

  @Test(
    "A file that is no kernel is told for what it is, with place and hint, exit code 65",
    arguments: [
      ("a text file", Array("Linux is a kernel\n".utf8)),
      ("HTML", Array("<!DOCTYPE html><html></html>".utf8)),
      ("zeros", [UInt8](repeating: 0, count: 4096)),
    ] as [(String, [UInt8])])
  func noKernel(name: String, bytes: [UInt8]) async throws {
    let file = try Scratch.file("vmlinuz", bytes)
    for verb in [["inspect"], ["plan", "--ram", "0x40000000+512M"]] {
      let outcome = try await KX.run(verb + [file])
      #expect(outcome.code == 65)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains(name))
      #expect(outcome.errors.contains("\n  at: \(file)\n"))
      #expect(outcome.errors.contains("\n  hint: "))
    }
  }

  @Test("A truncated zImage is told with what is missing, exit code 65")
  func truncated() async throws {
    let whole = try Scratch.bytes(LabKernel("tiny-gzip").path)
    for count in [64, 400_000, whole.count - 1] {
      let outcome = try await KX.run(["inspect", try Scratch.file("cut", whole.prefix(count))])
      #expect(outcome.code == 65)
      let digits = outcome.errors.filter { $0.isNumber }
      #expect(digits.contains("\(whole.count)") && digits.contains("\(count)"))
      #expect(outcome.errors.contains("truncated"))
      #expect(outcome.errors.contains("\n  hint: "))
    }
  }

  @Test("An arm64 Image is named, and planning it is refused with exit code 65")
  func foreign() async throws {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.replaceSubrange(56..<60, with: Array("ARMd".utf8))
    let file = try Scratch.file("Image", bytes)
    let seen = try await KX.run(["inspect", file])
    #expect(seen.code == 0)
    #expect(seen.text.contains("arm64 Image"))
    let planned = try await KX.run(["plan", file, "--ram", "0x40000000+512M"])
    #expect(planned.code == 65)
    #expect(planned.output.isEmpty)
    #expect(planned.errors.contains("arm64"))
  }

  @Test("A saved plan whose kernel has changed since is refused, exit code 65")
  func changed() async throws {
    var bytes = try Scratch.bytes(LabKernel("tiny-gzip").path)
    let file = try Scratch.file("vmlinuz", bytes)
    let plan = try await PlanFile.save(
      [file, "--dtb", try await VirtTree.shared.path(mebibytes: 128)])
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(filePath: file))
    let outcome = try await KX.boot([plan, "--quiet"])
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains(file))
  }

  @Test("A kernel and no parameters: planned with r2 zero and a warning, not tried")
  func noParameters() async throws {
    let options = [try LabKernel("tiny-gzip").path, "--ram", "0x40000000+128M"]
    let (plan, code) = try await PlanFile.make(options)
    #expect(code == 0)
    #expect(plan.registers?.r2 == "0x0")
    #expect(plan.diagnostics.contains { $0.severity == "warning" })
    let outcome = try await KX.boot([try await PlanFile.save(options), "--quiet"])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("DTB"))
  }

  @Test("Alone it shows three things to try, and where to go on")
  func alone() async throws {
    let outcome = try await KX.run([])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("  kx ") } == 3)
    #expect(lines.count < 12 && lines.allSatisfy { $0.count <= 80 })
    #expect(lines.last?.contains("kx --help") == true)
  }

  @Test(
    "What was probably meant is named: verbs, options, values, files",
    arguments: [
      (["inpsect", "x"], "did you mean 'kx inspect x'?"),
      (["help", "paln"], "did you mean 'kx plan --help'?"),
      (["kx106"], "did you mean 'kx explain kx106'?"),
      (["--verison"], "did you mean kx --version?"),
      (["/etc/hostname"], "look into the file: kx inspect /etc/hostname"),
      (["plan", "--handver", "image"], "did you mean --handover?"),
      (["try", "x", "--mesure"], "did you mean --measure?"),
      (["plan", "--load-address", "x"], "'kx bundle' has it"),
      (["inspect", "--expect", "x"], "'kx try' has it"),
      (["plan", "x", "--rule", "exakt"], "did you mean exact? it takes exact, kexec-tools,"),
      (["plan", "x", "--handover", "imge"], "did you mean image? it takes auto, image, zimage"),
      (["bundle", "x", "-o", "y", "--format", "uimg"], "did you mean uimage?"),
      (["inspect", "/dev/zero", "--type", "zimag"], "device"),
      (["inspect", "/etc/hostname", "--type", "zimag"], "did you mean zImage?"),
      (["try", "/etc/hostname", "--board", "vrit"], "did you mean virt?"),
      (["plan", "x", "--assume", "inflatd=1"], "did you mean inflated?"),
      (["inspect", "/etc/hotsname"], "did you mean '/etc/hostname'?"),
      (["inspect"], "as in 'kx inspect "), (["retag", "x"], "as in 'kx retag "),
    ])
  func suggestions(arguments: [String], hint: String) async throws {
    let outcome = try await KX.run(arguments)
    #expect(outcome.code != 0 && outcome.output.isEmpty)
    #expect(
      outcome.errors.contains("\n  hint: ") && outcome.errors.contains(hint), "\(outcome.errors)")
  }

  @Test(
    "An option that is near to none is not guessed at", arguments: ["--frobnicate", "-x", "-q"])
  func noGuess(option: String) async throws {
    let outcome = try await KX.run(["plan", option, "x"])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("has no option " + option))
    #expect(!outcome.errors.contains("did you mean"))
  }

  @Test("Each verb's help shows examples before anything else, which are command lines it takes")
  func help() async throws {
    for verb in ["inspect", "plan", "try", "bundle", "retag", "explain"] {
      let outcome = try await KX.run([verb, "--help"])
      #expect(outcome.code == 0)
      let lines = outcome.text.split(separator: "\n")
      #expect(lines.dropFirst().first == "EXAMPLES", "\(verb)")
      // An example that is broken in two cannot be copied.
      let examples = lines.dropFirst(2).prefix { $0.hasPrefix(" ") }
      #expect(examples.count { $0.hasPrefix("    ") } >= 2, "\(verb)")
      let next = lines.dropFirst(2 + examples.count).first
      #expect(next.map { $0.first?.isUppercase == true && $0.contains(" ") } == true, "\(verb)")
      #expect(lines.contains { $0.hasPrefix("    kx \(verb) ") }, "\(verb)")
    }
  }

  @Test("What is no regular file is refused by its name, without waiting for it")
  func devices() async throws {
    for path in ["/dev/null", "/dev/zero", "/dev/random"] {
      let outcome = try await KX.run(["inspect", path])
      #expect(outcome.code == 66)
      #expect(outcome.errors.contains("is a device, not a file"))
    }
  }
}

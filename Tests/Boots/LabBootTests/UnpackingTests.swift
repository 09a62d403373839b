// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// The model of the kernel's unpacker, held against a kernel; and what a plan says of ramdisks wherever
/// they come from.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct UnpackingTests {
  /// A folder with `base.cpio`, whose init tells what marks it finds, and `mark.cpio`, which holds one.
  private static let folder = Task<URL, any Error> {
    let folder = try Scratch.folder("unpacking")
    try await shell(
      """
      mkdir -p base/bin && cp "\(Lab.cache)/busybox" base/bin/busybox && ln -s busybox base/bin/sh
      cat >base/init <<'END'
      #!/bin/sh
      set -- /m*
      echo "marks: $#"
      echo "swift-kexec verdict: initrd intact, this one has no blob"
      busybox poweroff -f
      END
      chmod +x base/init
      (cd base && find . | cpio --quiet -o -H newc) >base.cpio
      echo 1 >m1 && echo m1 | cpio --quiet -o -H newc >mark.cpio
      """, in: folder)
    return folder
  }

  private static func shell(_ commands: String, in folder: URL) async throws {
    let outcome = try await Program.run(
      "bash", ["-euo", "pipefail", "-c", commands], folder: folder)
    guard outcome.code == 0 else {
      throw Program.Failure(command: commands, errors: outcome.errors)
    }
  }

  /// Makes an initrd by a command in the folder.
  private func make(_ command: String) async throws -> String {
    let folder = try await Self.folder.value
    let file = "initrd-" + UUID().uuidString
    try await Self.shell("{ \(command); } >\(file)", in: folder)
    return folder.appending(path: file).path
  }

  private static let packers = [
    "cat", "gzip -n", "xz --check=crc32", "xz --format=lzma", "lzop", "lz4 -l -q", "zstd -q",
    "bzip2",
  ]

  /// A way through all packers that passes from each to each, and to itself, exactly once.
  private static let everyPair: [Int] = {
    var left = Array(repeating: Array(packers.indices), count: packers.count)
    var way: [Int] = []
    var stack = [0]
    while let last = stack.last {
      if let next = left[last].popLast() {
        stack.append(next)
      } else {
        way.append(stack.removeLast())
      }
    }
    return way.reversed()
  }()

  @Test("Ramdisks are joined so that the kernel unpacks all, whatever follows whatever")
  func joins() async throws {
    let folder = try Scratch.folder("joins")
    var options = ["--initrd", try await make("gzip -9nc base.cpio")]
    var script = ""
    for (index, packer) in Self.everyPair.map({ Self.packers[$0] }).enumerated() {
      // Of several lengths, so that each alignment comes up.
      script += "printf '%\(index % 9)s' '' >m\(index); echo m\(index) | cpio --quiet -o -H newc"
      script += " | \(packer)\(packer == "cat" ? "" : " -c") >\(index).img\n"
      options += ["--initrd", folder.appending(path: "\(index).img").path]
    }
    try await Self.shell(script, in: folder)
    #expect(Self.everyPair.count == Self.packers.count * Self.packers.count + 1)
    let names = Lab.matrix == "full" ? ["tiny-gzip", "armmp"] : ["tiny-gzip"]
    for name in names {
      let outcome = try await KX.boot(
        [try LabKernel(name).path, "--append", "console=ttyAMA0", "--memory", "256M"] + options)
      #expect(outcome.code == 0, "\(outcome.text.suffix(2000))\(outcome.errors)")
      #expect(outcome.text.contains("marks: \(Self.everyPair.count)"))
    }
  }

  /// An initrd, and whether a kernel unpacks it to its end.
  struct Case: Sendable, CustomStringConvertible {
    let command: String
    let isUnpacked: Bool
    /// Whether it is tried also where time is short.
    let isShort: Bool
    var description: String { command }

    init(_ command: String, _ isUnpacked: Bool, isShort: Bool = false) {
      self.command = command
      self.isUnpacked = isUnpacked
      self.isShort = isShort
    }
  }

  static let cases = [
    Case("lz4 -q -c base.cpio", false, isShort: true),
    Case("lz4 -l -q -c base.cpio", true),
    Case("xz -c base.cpio", false, isShort: true),
    Case("xz --check=none -c base.cpio", true),
    Case("xz --check=sha256 -c base.cpio", false),
    Case("xz --check=crc32 -9 -c base.cpio", true),
    Case("xz --check=crc32 --block-size=100000 -T2 -c base.cpio", true),
    Case("xz --check=crc32 --arm --lzma2 -c base.cpio", true),
    Case("xz --check=crc32 --armthumb --lzma2 -c base.cpio", true),
    Case("xz --check=crc32 --delta --lzma2 -c base.cpio", false),
    Case("xz --check=crc32 --x86 --arm --lzma2 -c base.cpio", false),
    Case("xz --check=crc32 --arm=start=4096 --lzma2 -c base.cpio", false),
    Case("xz --format=lzma -9 -c base.cpio", true),
    Case("zstd -19 -q -c base.cpio", true),
    Case("zstd --ultra -22 -q -c <base.cpio", true),
    Case("zstd --long=28 -q -c <base.cpio", false),
    Case("lzop -c base.cpio", true),
    Case("lzop --crc32 -c base.cpio", true),
    Case("lzop -F -c base.cpio", false),
    Case("bzip2 -1 -c base.cpio", true),
    Case("gzip -N -c base.cpio", true),
    Case(
      "printf '\\037\\213\\010\\020\\0\\0\\0\\0\\0\\003hello\\0'; gzip -nc base.cpio | tail -c +11",
      false),
    Case("gzip -c base.cpio; head -c 65537 /dev/zero | tr '\\0' '\\377'", true, isShort: true),
    Case("gzip -c base.cpio; head -c 65536 /dev/zero", true),
    Case("gzip -c base.cpio; echo AMLSECU", false, isShort: true),
    Case("gzip -c base.cpio; gzip -c mark.cpio", true),
    Case("lz4 -l -q -c base.cpio; gzip -c mark.cpio", false),
    Case("lz4 -l -q -c base.cpio; head -c 3 /dev/zero; gzip -c mark.cpio", false),
    Case("lz4 -l -q -c base.cpio; head -c 4 /dev/zero; gzip -c mark.cpio", true),
    Case("lz4 -l -q -c base.cpio; lz4 -l -q -c mark.cpio", true),
    Case("cat base.cpio; head -c 1 /dev/zero; gzip -c mark.cpio", false),
    Case("cat mark.cpio; gzip -c base.cpio", true),
    Case("(cd base; find . | cpio --quiet -o -H odc)", false),
    Case("(cd base; find . | cpio --quiet -o -H odc) | gzip", false),
    Case("(cd base; find . | cpio --quiet -o -H crc) | gzip", true),
    Case("tar -C base -c . | gzip", false),
    Case("cat base.cpio mark.cpio | gzip", true),
    Case("(cat base.cpio; echo junk) | gzip", false),
    Case("(cat base.cpio; head -c 1 /dev/zero; cat mark.cpio) | gzip", false),
    Case("head -c 500000 base.cpio | gzip", false),
    Case("head -c 512 /dev/zero; gzip -c base.cpio", true),
  ]

  @Test(
    "The kernel unpacks what the plan has nothing against, and stops where the plan says so",
    arguments: cases.filter { $0.isShort || Lab.matrix == "full" })
  func verdicts(_ one: Case) async throws {
    let file = try await make(one.command)
    let options = [
      try LabKernel("tiny-gzip").path, "--initrd", file, "--append", "console=ttyAMA0",
    ]
    let (plan, _) = try await PlanFile.make(options + ["--ram", "0x40000000-0x5fffffff"])
    #expect(plan.diagnostics("KX037").isEmpty == one.isUnpacked)
    let outcome = try await KX.boot(options + ["--memory", "512M"])
    #expect(
      outcome.text.contains("Initramfs unpacking failed") != one.isUnpacked,
      "\(outcome.text.suffix(2000))\(outcome.errors)")
    #expect((outcome.code == 0) == one.isUnpacked)
    if outcome.text.contains("swift-kexec verdict: initrd intact"), !one.isUnpacked {
      #expect(outcome.code == 13)
    }
  }

  @Test("What no kernel unpacks is an error, unless the kernel may find its root without")
  func severity() async throws {
    let file = try await make("lz4 -q -c base.cpio")
    for (root, code) in [("", 1), ("root=/dev/mmcblk0p2", 0), ("root=UUID=1234", 1)] {
      let (plan, exit) = try await PlanFile.make([
        try LabKernel("tiny-gzip").path, "--initrd", file, "--append", "console=ttyAMA0 \(root)",
        "--ram", "0x40000000-0x4fffffff",
      ])
      #expect(exit == code)
      let found = plan.diagnostics("KX037")
      #expect(found.map(\.severity) == [code == 0 ? "warning" : "error"])
      #expect(found.allSatisfy { $0.hint.contains("lz4 -l") })
    }
  }

  @Test("A plan needs memory for what all members of an initrd come to")
  func memory() async throws {
    func need(_ command: String) async throws -> String {
      let outcome = try await KX.run([
        "plan", try LabKernel("armmp").path, "--initrd", try await make(command), "--ram",
        "0x40000000-0x42ffffff",
      ])
      let words = outcome.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return words.split(separator: " it needs ").dropFirst().first.map {
        String($0.prefix { $0 != "B" })
      } ?? "nothing: " + words
    }
    let lab = "cat '\(Lab.initrd)'"
    let alone = try await need(lab)
    #expect(try await need(lab + "; head -c 65536 /dev/zero") == alone)
    #expect(try await need(lab + "; head -c 65537 /dev/zero | tr '\\0' '\\377'") == alone)
    let two = try await need(lab + "; gzip -9c base.cpio")
    #expect(two != alone && !two.hasPrefix("nothing"))
    #expect(try await need("gzip -9c base.cpio; " + lab) == two)
  }

  @Test(
    "A ramdisk from the kernel's own file is looked at as one of --initrd is, and inspect tells it")
  func containers() async throws {
    // A header that nobody knows.
    let magic = "printf 'A HEADER'; head -c 504 /dev/zero"
    let bad = try await make(magic + " | tr '\\0' '\\377'; gzip -9nc base.cpio")
    let good = try await make("gzip -9nc base.cpio")
    let kernel = try LabKernel("tiny-gzip").path
    for (ramdisk, codes) in [(bad, ["KX037"]), (good, [])] {
      for container in [Self.android, Self.multiFile] {
        let file = try await container(kernel, ramdisk)
        let (plan, _) = try await PlanFile.make([
          file, "--append", "console=ttyAMA0", "--ram", "0x40000000-0x4fffffff",
        ])
        #expect(plan.diagnostics.map(\.code).filter { $0 == "KX037" } == codes)
        let inspected = try await KX.run(["inspect", file])
        #expect(inspected.text.contains(codes.isEmpty ? "gzip > cpio" : "KX037"))
      }
    }
  }

  private static func android(_ kernel: String, _ ramdisk: String) async throws -> String {
    let parts = [try Scratch.bytes(kernel), try Scratch.bytes(ramdisk)]
    var bytes = Array("ANDROID!".utf8)
    for word in [parts[0].count, 0x1000_8000, parts[1].count, 0x1100_0000, 0, 0, 0x100, 2048] {
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    for part in parts {
      bytes += [UInt8](repeating: 0, count: (2048 - bytes.count % 2048) % 2048)
      bytes += part
    }
    return try Scratch.file("boot.img", bytes)
  }

  private static func multiFile(_ kernel: String, _ ramdisk: String) async throws -> String {
    let file = try Scratch.folder("multi").appending(path: "uImage").path
    try await Program.succeed(
      "mkimage", "-A", "arm", "-O", "linux", "-T", "multi", "-C", "none", "-n", "lab", "-d",
      kernel + ":" + ramdisk, file)
    return file
  }
}
